import type { TagDescription } from '../../shared/plant.ts'

const NUMBER = /^[+\-\u2212]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/

/**
 * The number that a person typed, or null. Point and comma are both the decimal separator and nothing separates
 * thousands: what comes out is shown once more before it is written.
 */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim()
  if (!NUMBER.test(trimmed)) return null
  const value = Number(trimmed.replace(',', '.').replace('\u2212', '-'))
  return Number.isFinite(value) ? value : null
}

/** By how much one press changes a value. */
export function stepOf({ type, precision, min, max }: TagDescription): number {
  if (type === 'integer') return 1
  if (precision !== undefined) return 10 ** -precision
  if (min === undefined || max === undefined || !(max > min)) return 1
  return 10 ** Math.floor(Math.log10((max - min) / 100))
}

/** One step up or down, without the noise of binary fractions and within the range. */
export function stepped(value: number, direction: 1 | -1, description: TagDescription): number {
  const step = stepOf(description)
  const digits = Math.max(0, Math.ceil(-Math.log10(step)))
  const next = Number((value + direction * step).toFixed(Math.min(digits, 20)))
  const { min = -Infinity, max = Infinity } = description
  return Math.min(max, Math.max(min, next))
}

/** As a person would type it, in full, with the decimal separator of the locale. */
export function entryText(value: number, separator: string): string {
  return String(value).replace('.', separator)
}

export function decimalSeparator(locale: string): string {
  return new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
}

/** Smaller ones than this would read as nought. */
const LEAST = 0.001
const MAX_DIGITS = 10

/** From here on, and below its counterpart, a value is written as 1.5E20: hundreds of digits fit no page and no head. */
const HUGE = 1e15
const TINY = 1e-9
/** As many as tell any number from every other one; from a ten-thousandth on, so many places after the point do too. */
const EXACT = { maximumSignificantDigits: 17 } as const
const LEAST_EXACT = 0.0001
const EXACT_PLACES = 20

const formats = new Map<string, Intl.NumberFormat>()

/** Making one is slow, using it quick. */
function formatOf(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locale, options)
    formats.set(key, format)
  }
  return format
}

const digits = (least: number, most: number): Intl.NumberFormatOptions => {
  return { minimumFractionDigits: least, maximumFractionDigits: most, signDisplay: 'negative' }
}

const isHuge = (value: number): boolean => Math.abs(value) >= HUGE
const isTiny = (value: number, least: number): boolean => value !== 0 && Math.abs(value) < least

/** A value as it is read: with as many digits as are described, so that it keeps its width. */
export function formatNumber(value: number, locale: string, precision?: number): string {
  if (isHuge(value) || (precision === undefined && isTiny(value, TINY))) {
    return formatOf(locale, { notation: 'scientific', maximumFractionDigits: 3 }).format(value)
  }
  if (precision !== undefined) return formatOf(locale, digits(precision, precision)).format(value)
  return formatOf(locale, digits(0, isTiny(value, LEAST) ? MAX_DIGITS : 3)).format(value)
}

/** A value as it is going to be written: nothing is rounded away. */
export function formatExactly(value: number, locale: string, precision = 0): string {
  if (isHuge(value) || isTiny(value, LEAST_EXACT))
    return formatOf(locale, { notation: 'scientific', ...EXACT }).format(value)
  return formatOf(locale, digits(precision, EXACT_PLACES)).format(value)
}

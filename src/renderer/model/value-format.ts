/** Smaller ones than this would read as nought. */
const LEAST = 0.001
const MAX_DIGITS = 10

const formats = new Map<string, Intl.NumberFormat>()

/** Making one is slow, using it quick. */
function formatOf(locale: string, least: number, most: number): Intl.NumberFormat {
  const key = `${locale} ${least} ${most}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most })
    formats.set(key, format)
  }
  return format
}

/** A value as it is read: with as many digits as are described, so that it keeps its width. */
export function formatNumber(value: number, locale: string, precision?: number): string {
  if (precision !== undefined) return formatOf(locale, precision, precision).format(value)
  const small = value !== 0 && Math.abs(value) < LEAST
  return formatOf(locale, 0, small ? MAX_DIGITS : 3).format(value)
}

/** A value as it is going to be written: nothing is rounded away. */
export function formatExactly(value: number, locale: string, precision = 0): string {
  return formatOf(locale, precision, MAX_DIGITS).format(value)
}

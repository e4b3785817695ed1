/** Half of a surrogate pair, which JSON may hold and neither a URL nor UTF-8 can. */
const HALF_PAIR = /\p{Surrogate}/gu

/** The text as it comes back from whoever writes it as UTF-8: half of a surrogate pair reads as U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(HALF_PAIR, '\ufffd')
}

/**
 * The text as every database gives it back: a NUL, which ends a text in some, reads as U+2400 besides. What is kept beside
 * a database to be compared with what comes from it must be written so.
 */
export function storable(text: string): string {
  return wellFormed(text).replaceAll('\0', '\u2400')
}

/** Half of a surrogate pair, which JSON may hold and neither a URL nor UTF-8 can. */
const HALF_PAIR = /\p{Surrogate}/gu

/** The text as it comes back from whoever writes it as UTF-8: half of a surrogate pair reads as U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(HALF_PAIR, '\ufffd')
}

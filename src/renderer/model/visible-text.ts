/** Foreign text with its control characters drawn (`␀`, `␛`) instead of obeyed; line breaks and tabs stay. */
export function visibleText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are exactly what it looks for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (unit) => {
    const code = unit.charCodeAt(0)
    return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
  })
}

/** What turns the order of letters round: so written, one machine's name would read as another one's. */
const ORDER = /[\u202a-\u202e\u2066-\u2069]/g
const SEEN = /[^\s\p{Control}\p{Format}\p{Unassigned}\p{Default_Ignorable_Code_Point}]/u

/** Nothing in it can be seen. */
export function isBlank(text: string): boolean {
  return !SEEN.test(text)
}

/** The name of a thing as people read it: in the order in which it is written, and never nothing at all. */
export function visibleName(name: string): string {
  if (name === '') return '–'
  if (!isBlank(name)) return visibleText(name).replace(ORDER, '\ufffd')
  return Array.from(
    name,
    (letter) => `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  ).join(' ')
}

/** Foreign text with its control characters drawn (`␀`, `␛`) instead of obeyed; line breaks and tabs stay. */
export function visibleText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are exactly what it looks for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (unit) => {
    const code = unit.charCodeAt(0)
    return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
  })
}

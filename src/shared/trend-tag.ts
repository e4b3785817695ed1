/** Most tags that are asked for at once. */
export const MAX_TREND_TAGS = 12

/** Names one value of the plant. */
export interface TrendTag {
  readonly machine: string
  readonly device: string
  readonly tag: string
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['%', '%25'],
  ['/', '%2F'],
])

/** A tag as one text, `machine/device/tag`; what would make that ambiguous is escaped as in a URL. */
export function trendReference({ machine, device, tag }: TrendTag): string {
  return [machine, device, tag].map((name) => name.replaceAll(/[%/]/g, (each) => ESCAPED.get(each) ?? each)).join('/')
}

/** The counterpart of {@link trendReference}; null where the text names no tag. */
export function parseTrendReference(text: string): TrendTag | null {
  const names = text.split('/').map((name) => name.replaceAll(/%(25|2f)/gi, (each) => (each === '%25' ? '%' : '/')))
  const [machine = '', device = '', tag = ''] = names
  return names.length === 3 && machine !== '' && device !== '' && tag !== '' ? { machine, device, tag } : null
}

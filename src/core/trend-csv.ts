import type { TrendTag } from '../shared/trend-tag.ts'
import { SAMPLE_QUALITY, type Samples } from './trend-samples.ts'

export const TREND_CSV_HEAD = 'time,machine,device,tag,value,quality\r\n'

const QUALITY_WORDS = ['good', 'uncertain', 'bad', 'none'] as const

/** The samples from `from` to `to`, both inclusive, one a line; no value where there was none. */
export function trendCsv({ machine, device, tag }: TrendTag, samples: Samples, from: number, to: number): string {
  const names = [machine, device, tag].map(cell).join(',')
  const { times, values, qualities } = samples
  let text = ''
  for (let i = 0; i < times.length; i += 1) {
    const time = times[i] ?? 0
    if (time < from || time > to) continue
    const quality = qualities[i] ?? SAMPLE_QUALITY.none
    const value = quality === SAMPLE_QUALITY.none ? '' : String(values[i])
    text += `${new Date(time).toISOString()},${names},${value},${QUALITY_WORDS[quality] ?? ''}\r\n`
  }
  return text
}

/** RFC 4180 quotes; what a spreadsheet would take for a formula is told apart by an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

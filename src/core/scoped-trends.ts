import type { TrendAnswer } from '../shared/trend-answer.ts'
import { trendReference, type TrendTag } from '../shared/trend-tag.ts'
import type { Access } from './access.ts'
import type { TrendRecorder } from './trend-recorder.ts'

export type Trended = Pick<TrendRecorder, 'query' | 'tags' | 'export'>

/** Recorded values, as far as somebody may see them; the rest is as if it had never been recorded. */
export function scopedTrends(recorder: Trended, access: Access): Trended {
  if (access.seesEverything) return recorder
  const sees = ({ machine, device }: TrendTag): boolean => access.seesDevice(machine, device)
  return {
    async query(tags, from, to, points) {
      // Nothing has an empty name: asked for by it, a tag is answered as any that nobody has recorded.
      const asked = tags.map((tag) => (sees(tag) ? tag : { ...tag, machine: '' }))
      const answer = JSON.parse(await recorder.query(asked, from, to, points)) as TrendAnswer
      const series = answer.series.map((each, i) => {
        const tag = tags[i]
        return tag ? { ...each, tag: trendReference(tag) } : each
      })
      return JSON.stringify({ ...answer, series })
    },
    async tags() {
      const { tags } = JSON.parse(await recorder.tags()) as { tags: { machine: string; device: string }[] }
      return JSON.stringify({ tags: tags.filter(({ machine, device }) => access.seesDevice(machine, device)) })
    },
    export: (tags, from, to) => recorder.export(tags.filter(sees), from, to),
  }
}

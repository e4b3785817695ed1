import { computed, type Ref } from 'vue'
import type { TrendSeries } from '../../shared/trend-answer.ts'
import { LIMIT_NAMES } from '../model/bar-scale.ts'
import { curveOf, isStepped, shifted, type TrendCurve } from '../model/trend-curve.ts'
import { lookOf } from '../model/trend-look.ts'
import { scalesOf } from '../model/trend-scales.ts'
import type { TrendScene } from '../model/trend-scene.ts'
import { extremesOf } from '../model/trend-series.ts'
import { useTrends } from '../stores/trends.ts'
import { useTrendTags } from './use-trend-tags.ts'

/** All that the chart draws. `chosen`: the tag whose limits and setpoint are shown; with more of them nobody could tell. */
export function useTrendScene(chosen: Readonly<Ref<string | null>>) {
  const trends = useTrends()
  const { descriptionOf } = useTrendTags()

  /** A curve is made once for each series, and again where its end moves on. */
  const curves = new WeakMap<TrendSeries, { end: number | null; by: number; curve: TrendCurve }>()
  function curve(series: TrendSeries, end: number | null, by = 0): TrendCurve {
    const known = curves.get(series)
    if (known && known.end === end && known.by === by) return known.curve
    const made = curveOf(series, end)
    const entry = { end, by, curve: by === 0 ? made : shifted(made, by) }
    curves.set(series, entry)
    return entry.curve
  }

  const scene = computed<TrendScene>(() => {
    const { from, to } = trends.window
    const { compare, fit, tags } = trends.view
    const scales = scalesOf(
      trends.series.map((series, i) => ({
        boolean: series.boolean,
        description: descriptionOf(series.tag),
        extremes: joined(
          extremesOf(series, from, to),
          compare === 0 ? null : extremesOf(trends.earlierSeries[i] ?? series, from - compare, to - compare),
        ),
      })),
      fit,
    )
    const scaleOf = (index: number): string => scales.find((scale) => scale.tags.includes(index))?.key ?? ''
    const selected = tags.findIndex((tag) => tag === chosen.value)
    const limits = selected < 0 ? {} : (descriptionOf(tags[selected] ?? '')?.limits ?? {})
    return {
      from,
      to,
      scales,
      marks: trends.marks,
      lines: trends.series.map((series, i) => {
        const earlier = trends.earlierSeries[i]
        // A value that is sent when it changes holds until now.
        const end = series.interval === null ? Math.min(to, trends.now) : null
        return {
          look: lookOf(i),
          scale: scaleOf(i),
          stepped: isStepped(series),
          curve: curve(series, end),
          earlier: earlier ? curve(earlier, earlier.interval === null ? to - compare : null, compare) : null,
          gaps: series.gaps,
        }
      }),
      limits: LIMIT_NAMES.flatMap((name) => {
        const value = limits[name]
        return value === undefined ? [] : [{ name, value, scale: scaleOf(selected) }]
      }),
      setpoints: tags.flatMap((tag, i) => {
        const list = trends.setpoints.get(tag)
        return list && i === selected ? [{ scale: scaleOf(i), token: lookOf(i).token, list }] : []
      }),
    }
  })

  return { scene }
}

function joined(a: [number, number] | null, b: [number, number] | null): [number, number] | null {
  if (!a || !b) return a ?? b
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])]
}

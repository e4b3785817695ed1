import type { Priority } from '../../shared/alarm.ts'
import type { LimitName } from './bar-scale.ts'
import type { TrendCurve } from './trend-curve.ts'
import type { TrendLook } from './trend-look.ts'
import type { TrendMark } from './trend-marks.ts'
import type { TrendScale } from './trend-scales.ts'
import type { Setpoint } from './trend-setpoints.ts'

/** A line and everything that belongs to it. */
export interface SceneLine {
  readonly look: TrendLook
  readonly scale: string
  readonly stepped: boolean
  readonly curve: TrendCurve
  /** The time that it is compared with, laid over it. */
  readonly earlier: TrendCurve | null
  readonly gaps: readonly (readonly [number, number | null])[]
}

export interface SceneLimit {
  readonly name: LimitName
  readonly value: number
  readonly scale: string
}

export interface SceneSetpoints {
  readonly scale: string
  readonly token: string
  readonly list: readonly Setpoint[]
}

/** All that a chart draws. */
export interface TrendScene {
  readonly from: number
  readonly to: number
  readonly lines: readonly SceneLine[]
  readonly scales: readonly TrendScale[]
  readonly limits: readonly SceneLimit[]
  readonly setpoints: readonly SceneSetpoints[]
  readonly marks: readonly TrendMark[]
}

/** What a chart must be made anew for: which lines on which axes, and how they look. */
export function shapeOf({ lines, scales }: Pick<TrendScene, 'lines' | 'scales'>, narrow: boolean): string {
  return JSON.stringify([
    lines.map(({ look, scale, stepped, earlier }) => [look.token, look.dash, scale, stepped, earlier !== null]),
    scales.map(({ key, unit, boolean }) => [key, unit, boolean]),
    narrow,
  ])
}

/** An alarm's symbol as a path around a point, by its priority: the same shapes as everywhere. */
export function markPath(priority: Priority | null, x: number, y: number, r: number): [number, number][] {
  switch (priority) {
    case 'critical':
      return [
        [x - r, y - r],
        [x + r, y - r],
        [x + r, y + r],
        [x - r, y + r],
      ]
    case 'high':
      return [
        [x, y - r],
        [x + r, y + r],
        [x - r, y + r],
      ]
    case 'medium':
      return [
        [x, y + r],
        [x + r, y - r],
        [x - r, y - r],
      ]
    case 'low':
    case null:
    default:
      return Array.from({ length: 12 }, (_, i): [number, number] => [
        x + r * Math.cos((i * Math.PI) / 6),
        y + r * Math.sin((i * Math.PI) / 6),
      ])
  }
}

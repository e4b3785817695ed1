import type uPlot from 'uplot'
import { markPath, type TrendScene } from '../model/trend-scene.ts'

/** Colours of the theme as the canvas needs them. */
export type Tokens = (token: string) => string

const LIMIT_WORDS = { high_high: 'HH', high: 'H', low: 'L', low_low: 'LL' } as const
const ALARM_LIMITS: ReadonlySet<string> = new Set(['high_high', 'low_low'])
/** With more marks than this, their lines would hide what they mark. */
const MOST_LINES = 40
/** Height of the lane of the marks, CSS pixels. */
export const MARK_LANE = 18

type Context = CanvasRenderingContext2D

/** Under the lines: gaps, limits and the lines of marks. All that is drawn beside the lines themselves; canvas pixels. */
export function paintUnder(chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  within(chart, (context) => {
    paintGaps(context, chart, scene, tokens, ratio)
    const lines = scene.marks.length <= MOST_LINES ? scene.marks : scene.marks.filter(({ priority }) => priority)
    for (const mark of lines.slice(0, MOST_LINES)) {
      const x = chart.valToPos(mark.time, 'x', true)
      context.strokeStyle = tokens(mark.priority === null ? '--line-strong' : `--alarm-${mark.priority}`)
      context.lineWidth = ratio
      context.setLineDash([3 * ratio, 3 * ratio])
      line(context, x, chart.bbox.top, x, chart.bbox.top + chart.bbox.height)
    }
  })
}

/** Over the lines: setpoints, limits and the symbols of marks, and each line's number at its end. */
export function paintOver(chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  within(chart, (context) => {
    paintLimits(context, chart, scene, tokens, ratio)
    paintSetpoints(context, chart, scene, tokens, ratio)
    paintNumbers(context, chart, scene, tokens, ratio)
    paintMarks(context, chart, scene, tokens, ratio)
  })
}

function within(chart: uPlot, paint: (context: Context) => void): void {
  const { ctx: context, bbox } = chart
  context.save()
  context.beginPath()
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  context.clip()
  paint(context)
  context.restore()
}

function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}

/** Where a line has a gap, a thin bar along the bottom says whose it is; one lane for each line. */
function paintGaps(context: Context, chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  const { bbox } = chart
  const height = 3 * ratio
  const bottom = bbox.top + bbox.height
  scene.lines.forEach(({ gaps, look }, lane) => {
    const y = bottom - (lane + 1) * (height + ratio)
    for (const [from, to] of gaps) {
      const left = Math.max(bbox.left, chart.valToPos(from, 'x', true))
      const right = Math.min(bbox.left + bbox.width, chart.valToPos(to ?? scene.to, 'x', true))
      if (right <= left) continue
      context.fillStyle = tokens(look.token)
      context.globalAlpha = 0.07
      context.fillRect(left, bbox.top, right - left, bbox.height)
      context.globalAlpha = 1
      context.fillRect(left, y, Math.max(right - left, 2 * ratio), height)
    }
  })
}

function paintLimits(context: Context, chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  const { bbox } = chart
  context.font = `600 ${11 * ratio}px ${getComputedStyle(chart.root).fontFamily}`
  context.textBaseline = 'bottom'
  for (const { name, value, scale } of scene.limits) {
    const y = chart.valToPos(value, scale, true)
    const colour = tokens(ALARM_LIMITS.has(name) ? '--limit-alarm' : '--limit-warning')
    context.strokeStyle = context.fillStyle = colour
    context.lineWidth = 1.25 * ratio
    context.setLineDash([8 * ratio, 5 * ratio])
    line(context, bbox.left, y, bbox.left + bbox.width, y)
    context.fillText(LIMIT_WORDS[name], bbox.left + 4 * ratio, y - 2 * ratio)
  }
}

/** Stepped and dotted, as long as the wish holds. */
function paintSetpoints(context: Context, chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  for (const { list, scale, token } of scene.setpoints) {
    context.strokeStyle = tokens(token)
    context.lineWidth = 1.75 * ratio
    context.setLineDash([ratio, 4 * ratio])
    context.lineCap = 'round'
    context.beginPath()
    let before: number | null = null
    for (const { from, to, value } of list) {
      const y = chart.valToPos(value, scale, true)
      const left = chart.valToPos(from, 'x', true)
      if (before === null) context.moveTo(left, y)
      else context.lineTo(left, y)
      context.lineTo(chart.valToPos(Math.min(to ?? scene.to, scene.to), 'x', true), y)
      before = y
    }
    context.stroke()
    context.lineCap = 'butt'
  }
}

/** Each line's number stands where it ends, so that nobody has to tell hues apart. */
function paintNumbers(context: Context, chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  if (scene.lines.length < 2) return
  const radius = 8 * ratio
  const placed: number[] = []
  context.font = `700 ${11 * ratio}px ${getComputedStyle(chart.root).fontFamily}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.setLineDash([])
  for (const { curve, look, scale } of scene.lines) {
    const at = endOf(curve, scene.from, scene.to)
    if (!at) continue
    const right = chart.bbox.left + chart.bbox.width - radius - ratio
    const x = Math.min(right, chart.valToPos(at.x, 'x', true))
    let y = chart.valToPos(at.y, scale, true)
    // Where lines end together, their numbers stand one above the other.
    while (placed.some((each) => Math.abs(each - y) < radius * 2)) y -= radius * 2
    placed.push(y)
    context.fillStyle = tokens('--panel')
    context.strokeStyle = tokens(look.token)
    context.lineWidth = 1.5 * ratio
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
    context.stroke()
    context.fillStyle = tokens('--text')
    context.fillText(String(look.number), x, y + 0.5 * ratio)
  }
  context.textAlign = 'start'
}

function endOf(
  {
    x,
    good,
    doubt,
  }: { readonly x: readonly number[]; good: readonly (number | null)[]; doubt: readonly (number | null)[] },
  from: number,
  to: number,
): { x: number; y: number } | null {
  for (let i = x.length - 1; i >= 0; i -= 1) {
    const time = x[i] ?? 0
    const y = good[i] ?? doubt[i] ?? null
    if (time < from) return null
    if (time <= to && y !== null) return { x: time, y }
  }
  return null
}

/** Alarms have the shape, the colour and the number of their priority; whatever else happened is a small mark. */
function paintMarks(context: Context, chart: uPlot, scene: TrendScene, tokens: Tokens, ratio: number): void {
  const y = chart.bbox.top + (MARK_LANE / 2) * ratio
  context.setLineDash([])
  context.lineWidth = ratio
  for (const mark of scene.marks) {
    const x = chart.valToPos(mark.time, 'x', true)
    const isRaised = mark.priority !== null
    const path = markPath(mark.priority, x, y, (isRaised ? 7 : 3.5) * ratio)
    context.beginPath()
    for (const [px, py] of path) context.lineTo(px, py)
    context.closePath()
    context.fillStyle = tokens(
      mark.priority === null ? (mark.kind === 'alarm' ? '--panel' : '--control') : `--alarm-${mark.priority}`,
    )
    context.fill()
    context.strokeStyle = tokens('--text')
    context.stroke()
  }
}

import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { TrendCurve } from '../model/trend-curve.ts'
import { shapeOf, type TrendScene } from '../model/trend-scene.ts'
import type { TimeTicks } from '../model/trend-axis.ts'
import { MARK_LANE, paintOver, paintUnder } from './trend-paint.ts'

/** What a chart needs beside its scene. */
export interface TrendChartOptions {
  readonly ticks: () => TimeTicks
  /** A number on an axis, as the language writes it. */
  readonly number: (value: number) => string
  readonly onOff: () => readonly [off: string, on: string]
  /** The cursor is at this time; null where there is none. */
  readonly pointed: (time: number | null) => void
  /** There is a new drawing area: it is to be listened to. */
  readonly made: (chart: uPlot) => void
}

/** More axes than these nobody reads; narrow screens have room for two. */
const MOST_AXES = 4
const MOST_AXES_NARROW = 2
/** uPlot's `JoinNullMode.Expand`: a break reaches from value to value, whatever times other lines have in between. */
const EXPAND = 2
const AXIS_LEFT = 3
const AXIS_RIGHT = 1
const EMPTY: TrendCurve = { x: [], good: [], doubt: [] }

/** A uPlot that draws scenes: made anew only where its lines or axes are others. */
export class TrendChart {
  readonly #options: TrendChartOptions
  readonly #element: HTMLElement
  #chart: uPlot | undefined
  #scene: TrendScene | undefined
  #shape = ''
  #drawn: readonly (TrendCurve | null)[] = []
  #tokens = new Map<string, string>()
  #size = { width: 0, height: 0 }
  #narrow = false

  constructor(element: HTMLElement, options: TrendChartOptions) {
    this.#element = element
    this.#options = options
  }

  get chart(): uPlot | undefined {
    return this.#chart
  }

  /** `width` and `height`: CSS pixels. */
  resize(width: number, height: number): void {
    this.#size = { width, height }
    this.#narrow = width < 640
    if (this.#scene) this.draw(this.#scene)
    this.#chart?.setSize(this.#size)
  }

  /** The theme or the language is another one. */
  restyle(): void {
    this.#tokens.clear()
    this.#shape = ''
    if (this.#scene) this.draw(this.#scene)
  }

  draw(scene: TrendScene): void {
    this.#scene = scene
    if (this.#size.width === 0) return
    const curves = scene.lines.flatMap(({ curve, earlier }) => [curve, earlier])
    const shape = shapeOf(scene, this.#narrow)
    if (shape !== this.#shape) {
      this.#shape = shape
      this.#chart?.destroy()
      this.#chart = new uPlot(this.#optionsOf(scene), dataOf(scene), this.#element)
      this.#drawn = curves
      this.#options.made(this.#chart)
      return
    }
    const chart = this.#chart
    if (!chart) return
    const isSame = curves.every((curve, i) => curve === this.#drawn[i])
    this.#drawn = curves
    chart.batch(() => {
      if (!isSame) chart.setData(dataOf(scene), false)
      chart.setScale('x', { min: scene.from, max: scene.to })
    })
    // Also where only what lies over the lines is another.
    chart.redraw(false)
  }

  /** Puts the cursor at a time, or takes it away. */
  point(time: number | null): void {
    const chart = this.#chart
    if (!chart) return
    chart.setCursor({ left: time === null ? -10 : chart.valToPos(time, 'x'), top: time === null ? -10 : 20 })
  }

  /** Parts of the width; none where both are the same. */
  selecting(from: number, to: number): void {
    const { width, height } = this.#chart?.over.getBoundingClientRect() ?? { width: 0, height: 0 }
    this.#chart?.setSelect({ left: from * width, top: 0, width: (to - from) * width, height }, false)
  }

  close(): void {
    this.#chart?.destroy()
    this.#chart = undefined
  }

  readonly #token = (name: string): string => {
    let value = this.#tokens.get(name)
    if (value === undefined) {
      value = getComputedStyle(this.#element).getPropertyValue(name).trim()
      this.#tokens.set(name, value)
    }
    return value
  }

  #optionsOf(scene: TrendScene): uPlot.Options {
    const most = this.#narrow ? MOST_AXES_NARROW : MOST_AXES
    const font = `12px ${getComputedStyle(this.#element).fontFamily}`
    const look = { stroke: this.#token('--text-muted'), font, labelFont: `600 ${font}` }
    const ticks = { stroke: this.#token('--line-strong'), width: 1, size: 4 }
    const grid = { stroke: this.#token('--line'), width: 1 }
    const { number, onOff } = this.#options
    return {
      ...this.#size,
      ms: 1,
      padding: [6, scene.scales.length > 1 ? 0 : 14, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false }, y: false },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { time: true, auto: false, range: (_, min, max) => [min, max] },
        ...Object.fromEntries(scene.scales.map(({ key }) => [key, { auto: true, range: () => this.#rangeOf(key) }])),
      },
      axes: [
        {
          ...look,
          ticks,
          grid,
          size: 44,
          space: 84,
          values: (_, splits) => this.#options.ticks().texts(splits, (splits[1] ?? 0) - (splits[0] ?? 0)),
        },
        ...scene.scales.slice(0, most).map(({ key, unit, boolean, tags }, i) => ({
          ...look,
          ticks,
          // One grid: those of several axes would not lie upon one another.
          grid: { ...grid, show: i === 0 },
          scale: key,
          side: i % 2 === 0 ? AXIS_LEFT : AXIS_RIGHT,
          size: this.#narrow ? 46 : 54,
          gap: 3,
          space: 36,
          label: this.#narrow ? '' : labelOf(unit, tags, scene.lines.length),
          labelSize: this.#narrow ? 0 : 18,
          labelGap: 0,
          ...(boolean ? { splits: () => [0, 1] } : {}),
          values: (_: uPlot, splits: number[]) =>
            splits.map((value) => (boolean ? (onOff()[value] ?? '') : number(value))),
        })),
      ],
      series: [{}, ...scene.lines.flatMap((line) => this.#seriesOf(line))],
      hooks: {
        drawAxes: [(chart) => this.#paint(chart, paintUnder)],
        draw: [(chart) => this.#paint(chart, paintOver)],
        setCursor: [
          (chart) => {
            const { left = -1 } = chart.cursor
            this.#options.pointed(left < 0 ? null : chart.posToVal(left, 'x'))
          },
        ],
      },
    }
  }

  #seriesOf({ look, scale, stepped, earlier }: TrendScene['lines'][number]): uPlot.Series[] {
    const stroke = this.#token(look.token)
    const paths = (stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.()) ?? (() => null)
    const common = { scale, paths, spanGaps: false, pxAlign: 0 as const }
    const points = { show: true, size: 5, stroke, fill: stroke, filter: lonePoints }
    return [
      { ...common, stroke, width: 2, dash: [...look.dash], points },
      // What is doubtful is thin and dotted.
      { ...common, stroke, width: 1.25, dash: [1, 3], points },
      ...(earlier ? [{ ...common, stroke, width: 1, alpha: 0.6, dash: [4, 3], points: { show: false } }] : []),
    ]
  }

  #rangeOf(key: string): [number, number] {
    const scale = this.#scene?.scales.find((each) => each.key === key)
    if (!scale) return [0, 1]
    // The marks have a lane of their own above the lines.
    const height = Math.max(this.#size.height - 60, 100)
    const lane = this.#scene && this.#scene.marks.length > 0 ? MARK_LANE / height : 0
    return [scale.min, scale.max + (scale.max - scale.min) * lane]
  }

  #paint(chart: uPlot, paint: typeof paintOver): void {
    if (this.#scene) paint(chart, this.#scene, this.#token, uPlot.pxRatio)
  }
}

function labelOf(unit: string, tags: readonly number[], lines: number): string {
  const numbers = lines > 1 ? tags.map((tag) => tag + 1).join(', ') : ''
  return [numbers, unit].filter((word) => word !== '').join(' · ')
}

/** All lines over one list of times: where a line has no point it has none, which is no gap. */
function dataOf({ lines }: TrendScene): uPlot.AlignedData {
  const tables = lines.flatMap(({ curve, earlier }): uPlot.AlignedData[] => [
    [curve.x, curve.good, curve.doubt],
    ...(earlier ? [[earlier.x, bothOf(earlier)] as uPlot.AlignedData] : []),
  ])
  if (tables.length === 0) return [EMPTY.x]
  return tables.length === 1 && tables[0]
    ? tables[0]
    : uPlot.join(
        tables,
        tables.map((table) => table.map(() => EXPAND)),
      )
}

function bothOf({ good, doubt }: TrendCurve): (number | null)[] {
  return good.map((value, i) => value ?? doubt[i] ?? null)
}

/** A value between two gaps has no line: a point. */
function lonePoints(chart: uPlot, index: number): number[] {
  const values = chart.data[index] ?? []
  const found: number[] = []
  let before: number | null | undefined = null
  let lone: number | null = null
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]
    if (value === undefined) continue
    if (value === null) {
      if (lone !== null) found.push(lone)
      lone = null
    } else {
      lone = before === null ? i : null
    }
    before = value
  }
  if (lone !== null) found.push(lone)
  return found
}

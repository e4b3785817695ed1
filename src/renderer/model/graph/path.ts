import type { Direction, Point } from './graph.ts'

/** The line of a placed edge as SVG path data: from each slot to the next a curve, through each slot straight. */
export function pathData(points: readonly Point[], direction: Direction): string {
  const [first] = points
  if (!first) return ''
  const parts = [`M${at(first)}`]
  for (let index = 1; index < points.length; index += 1) {
    const from = points[index - 1]
    const to = points[index]
    if (!from || !to) continue
    // Points come as: out of the first, then into and out of each slot, then into the last.
    if (index % 2 === 0) parts.push(`L${at(to)}`)
    else if (direction === 'right') {
      const middle = (from.x + to.x) / 2
      parts.push(`C${at({ x: middle, y: from.y })} ${at({ x: middle, y: to.y })} ${at(to)}`)
    } else {
      const middle = (from.y + to.y) / 2
      parts.push(`C${at({ x: from.x, y: middle })} ${at({ x: to.x, y: middle })} ${at(to)}`)
    }
  }
  return parts.join('')
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}

const round = (value: number): number => Math.round(value * 10) / 10

const HEAD = { length: 9, half: 4.5 } as const

/** The head of the arrow at the end of a placed edge. */
export function arrowData(points: readonly Point[], direction: Direction): string {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (!tip || !before) return ''
  const forward = direction === 'right' ? tip.x >= before.x : tip.y >= before.y
  const back = forward ? -HEAD.length : HEAD.length
  return direction === 'right'
    ? `M${at(tip)}l${back} ${-HEAD.half}v${2 * HEAD.half}z`
    : `M${at(tip)}l${-HEAD.half} ${back}h${2 * HEAD.half}z`
}

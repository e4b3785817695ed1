import { lookOf } from './trend-look.ts'

/** What stands around the chart in a picture of it, so that it explains itself. */
export interface PictureText {
  readonly title: string
  /** From when to when. */
  readonly time: string
  /** A line for each tag, in order. */
  readonly lines: readonly string[]
}

const HEAD = 56
const LINE = 22
const PAD = 14

/** The chart with its title and its legend, in the colours of the theme. Rejects where the browser makes no picture. */
export async function trendPicture(chart: HTMLCanvasElement, { title, time, lines }: PictureText): Promise<Blob> {
  const style = getComputedStyle(chart)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const ratio = chart.width / Math.max(1, chart.clientWidth)
  const canvas = document.createElement('canvas')
  canvas.width = chart.width
  canvas.height = chart.height + (HEAD + lines.length * LINE + PAD) * ratio
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = token('--panel')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(chart, 0, HEAD * ratio)
  context.scale(ratio, ratio)
  const family = style.fontFamily
  context.fillStyle = token('--text')
  context.font = `600 17px ${family}`
  context.fillText(title, PAD, 24)
  context.font = `13px ${family}`
  context.fillText(time, PAD, 44)
  lines.forEach((text, i) => {
    const look = lookOf(i)
    const y = HEAD + chart.height / ratio + i * LINE + LINE / 2
    context.strokeStyle = token(look.token)
    context.lineWidth = 2.5
    context.setLineDash([...look.dash])
    context.beginPath()
    context.moveTo(PAD, y)
    context.lineTo(PAD + 34, y)
    context.stroke()
    context.fillText(`${look.number}  ${text}`, PAD + 44, y + 4.5)
  })
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('no picture'))
    }, 'image/png')
  })
}

// npm run icons: draws the installers' icons from the one picture, with the Chromium that the tests use. The results are
// committed, so that a build needs no browser.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ROOT } from './build.mjs'
import { requireChromium } from './chromium.mjs'
import { icns, ico, SIZES } from './package/icon-files.mjs'
import { TRAY_SIZES, trayPictures } from './package/tray-pictures.mjs'

const SOURCE = join(ROOT, 'src', 'renderer', 'public', 'icon.svg')
const BUILD = join(ROOT, 'build')

const TRAY = join(ROOT, 'src', 'renderer', 'public', 'tray')

const svg = readFileSync(SOURCE, 'utf8')
const browser = await chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1024, height: 1024 } })
  /** @param {string} picture SVG @param {number} size */
  const draw = async (picture, size) => {
    const data = Buffer.from(picture).toString('base64')
    await page.setContent(
      `<style>body{margin:0}img{display:block}</style><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${data}">`,
    )
    await page.locator('img').evaluate(async (/** @type {HTMLImageElement} */ image) => image.decode())
    const clip = { x: 0, y: 0, width: size, height: size }
    return page.screenshot({ clip, omitBackground: true })
  }
  /** @type {Map<number, Buffer>} */
  const pictures = new Map()
  for (const size of SIZES) pictures.set(size, await draw(svg, size))
  mkdirSync(join(BUILD, 'icons'), { recursive: true })
  for (const [size, picture] of pictures) writeFileSync(join(BUILD, 'icons', `${size}x${size}.png`), picture)
  writeFileSync(join(BUILD, 'icon.ico'), ico(pictures))
  writeFileSync(join(BUILD, 'icon.icns'), icns(pictures))

  mkdirSync(TRAY, { recursive: true })
  for (const [name, picture] of trayPictures(svg))
    for (const [suffix, size] of TRAY_SIZES)
      writeFileSync(join(TRAY, `${name}${suffix}.png`), await draw(picture, size))
} finally {
  await browser.close()
}

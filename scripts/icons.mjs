// npm run icons: draws the installers' icons from the one picture, with the Chromium that the tests use. The results are
// committed, so that a build needs no browser.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ROOT } from './build.mjs'
import { requireChromium } from './chromium.mjs'
import { icns, ico, SIZES } from './package/icon-files.mjs'

const SOURCE = join(ROOT, 'src', 'renderer', 'public', 'icon.svg')
const BUILD = join(ROOT, 'build')

const svg = readFileSync(SOURCE).toString('base64')
const browser = await chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1024, height: 1024 } })
  /** @type {Map<number, Buffer>} */
  const pictures = new Map()
  for (const size of SIZES) {
    await page.setContent(
      `<style>*{margin:0;display:block}</style><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${svg}">`,
    )
    await page.locator('img').evaluate(async (/** @type {HTMLImageElement} */ image) => image.decode())
    const clip = { x: 0, y: 0, width: size, height: size }
    pictures.set(size, await page.screenshot({ clip, omitBackground: true }))
  }
  mkdirSync(join(BUILD, 'icons'), { recursive: true })
  for (const [size, picture] of pictures) writeFileSync(join(BUILD, 'icons', `${size}x${size}.png`), picture)
  writeFileSync(join(BUILD, 'icon.ico'), ico(pictures))
  writeFileSync(join(BUILD, 'icon.icns'), icns(pictures))
} finally {
  await browser.close()
}

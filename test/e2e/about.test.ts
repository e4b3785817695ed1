import { expect, test } from 'vitest'
import { VERSION } from '../../src/main/version.ts'
import { PROTOCOL_VERSION } from '../../src/shared/protocol.ts'
import { startPanel } from '../support/panel.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* The about page: what runs, and the licences of all that it contains. */

const open = useBrowser()

test('the about page is found beside Panel, and says what runs', async () => {
  const panel = await startPanel()
  const page = await open(panel.url)
  await live(page)
  await page.getByTestId('nav-panel').click()
  await page.getByTestId('section-about').click()
  await page.getByTestId('about-version').waitFor()
  expect(await page.title()).toContain('About Andon')
  expect(await page.getByTestId('about-version').textContent()).toBe(VERSION)
  expect(await page.getByTestId('about-protocol').textContent()).toBe(String(PROTOCOL_VERSION))
  expect(await page.getByTestId('about-node').textContent()).toBe(process.versions.node)
  // There is no window behind this panel.
  expect(await page.getByTestId('about-electron').count()).toBe(0)
  expect(await page.getByTestId('nav-panel').getAttribute('aria-current')).toBe('true')
})

test('every package is there with its licence, which opens by keyboard', async () => {
  const panel = await startPanel()
  const page = await open(`${panel.url}#/about`)
  const fastify = page.locator('[data-testid=licence][data-package=fastify]')
  await fastify.locator('summary').focus()
  await page.keyboard.press('Enter')
  await fastify.getByText('Permission is hereby granted').waitFor()
  expect(await page.getByTestId('licence').count()).toBeGreaterThan(60)
  expect(await page.locator('[data-testid=licence][data-package=vue]').count()).toBe(1)
})

test('in a panel that does not answer it says so', async () => {
  const panel = await startPanel()
  const page = await open(panel.url, { expected: [/404|Failed to load/] })
  await live(page)
  await page.route('**/api/v1/about', (route) => route.fulfill({ status: 404, body: '' }))
  await page.goto(`${panel.url}#/about`)
  await page.getByText('The panel does not answer').waitFor()
  expect(await page.getByTestId('versions').count()).toBe(0)
})

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`at ${size} in ${theme} it is whole, and axe finds nothing`, async () => {
      const panel = await startPanel()
      const german = size === 'phone'
      const page = await open(`${panel.url}#/about`, {
        viewport,
        stored: { theme, ...(german ? { language: 'de' } : {}) },
      })
      await live(page)
      await page.getByTestId('about-version').waitFor()
      await page.locator('[data-testid=licence][data-package=ajv]').waitFor()
      await page.locator('[data-testid=licence] summary').first().click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
      expect(await axe(page)).toEqual([])
      await screenshot(page, `about-${size}-${theme}`)
    })
  }
}

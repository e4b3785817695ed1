import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Page } from 'playwright-core'
import { CHEAP, PASSWORD } from '../support/identity.ts'
import { startPanel } from '../support/panel.ts'
import { tempDir } from '../support/temp-dir.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

const open = useBrowser()

async function stage(restart?: () => void) {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, '# mine\nretention_days: 30 # a month\n')
  const codes: string[] = []
  const panel = await startPanel(['--config', path], {
    scryptCost: CHEAP,
    tellCode: (code) => codes.push(code),
    ...(restart ? { restart } : {}),
  })
  panel.offerCode()
  const page = await open(new URL('#/settings', panel.url).href, { expected: [/status of 4\d\d/, /WebSocket/] })
  return { panel, page, path, code: codes[0] ?? '' }
}

async function becomeAdministrator(page: Page, code: string): Promise<void> {
  await page.getByTestId('settings-denied').getByRole('link').click()
  await page.getByTestId('sign-in-code').fill(code)
  await page.getByTestId('sign-in-name').fill('root')
  await page.getByTestId('sign-in-password').fill(PASSWORD)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('setting-retention_days').waitFor()
  await live(page)
}

const field = (page: Page, key: string) => page.getByTestId(`setting-${key}`).locator('.entry')

test('who may not is told so and led to sign in; then a setting is changed, saved and the panel restarted', async () => {
  let restarts = 0
  const { page, path, code } = await stage(() => (restarts += 1))
  await becomeAdministrator(page, code)
  expect(new URL(page.url()).hash).toBe('#/settings')

  await field(page, 'retention_days').fill('-1')
  await page.getByTestId('setting-retention_days').getByText('More than 0.').waitFor()
  expect(await page.getByTestId('settings-save').isDisabled()).toBe(true)
  await field(page, 'retention_days').fill('7')
  await field(page, 'kiosk').selectOption('true')
  await page.getByTestId('settings-bar').getByText('2 changes are not saved yet.').waitFor()

  // Nothing is lost by a slip of the finger.
  await page.getByTestId('nav-overview').click()
  await page.getByTestId('settings-stay').click()
  await page.getByTestId('settings-save').click()
  await page.getByTestId('settings-waiting').getByText('kiosk, retention_days').waitFor()
  expect(readFileSync(path, 'utf8')).toBe('# mine\nretention_days: 7 # a month\nkiosk: true\n')
  await page.getByTestId('setting-retention_days').getByText('In force until the next start: 30').waitFor()

  await page.getByTestId('restart').click()
  await page.getByTestId('restart-cancel').click()
  expect(restarts).toBe(0)
  await page.getByTestId('restart').click()
  await page.getByTestId('restart-now').click()
  await page.getByTestId('settings-waiting').getByRole('status').waitFor()
  expect(restarts).toBe(1)
})

test('what the panel refuses is said in its words, and the file stays', async () => {
  const { page, path, code } = await stage()
  await becomeAdministrator(page, code)
  await field(page, 'socket_mode').fill('everybody')
  await page.getByTestId('settings-save').click()
  await page.getByTestId('settings-bar').getByText('must be three octal digits').waitFor()
  expect(readFileSync(path, 'utf8')).toBe('# mine\nretention_days: 30 # a month\n')
  await page.getByTestId('settings-discard').click()
  await page.getByTestId('settings-bar').waitFor({ state: 'detached' })
})

test('the page in every size and both themes, in English and German', async () => {
  const { page, code } = await stage(() => undefined)
  await screenshot(page, 'settings-denied')
  await becomeAdministrator(page, code)
  await field(page, 'retention_days').fill('7')
  await page.getByTestId('settings-save').click()
  await page.getByTestId('settings-waiting').waitFor()
  await field(page, 'port').fill('-5')
  for (const theme of THEMES) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      const language = theme === 'dark' ? 'de' : 'en'
      await page.getByTestId('preferences').click()
      await page.getByTestId(`theme-${theme}`).click()
      await page.getByTestId('preferences').click()
      await page.getByTestId(`language-${language}`).click()
      expect(await axe(page)).toEqual([])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      expect(wide).toBe(false)
      await screenshot(page, `settings-${size}-${theme}`)
    }
  }
})

import { expect, test } from 'vitest'
import { CHEAP, PASSWORD } from '../support/identity.ts'
import { startPanel } from '../support/panel.ts'
import { axe, live, useBrowser } from './support.ts'

const open = useBrowser()

test('the first administrator is made, signed out from elsewhere, and signs in again where they were', async () => {
  const codes: string[] = []
  const panel = await startPanel([], { scryptCost: CHEAP, tellCode: (code) => codes.push(code) })
  panel.offerCode()
  // A refused request is a line in the browser's console.
  const page = await open(new URL('#/sign-in', panel.url).href, { expected: [/status of 401/, /WebSocket/] })
  await page.getByTestId('sign-in-code').fill(codes[0] ?? '')
  expect(await axe(page)).toEqual([])
  await page.getByTestId('sign-in-name').fill('root')
  await page.getByTestId('sign-in-password').fill(PASSWORD)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('sign-in-page').waitFor({ state: 'detached' })
  await live(page)

  await page.goto(new URL('#/events', panel.url).href)
  await page.evaluate(() => fetch('api/v1/sign-out', { method: 'POST' }))
  await page.getByTestId('sign-in-page').waitFor()
  await page.getByTestId('sign-in-name').fill('root')
  await page.getByTestId('sign-in-password').fill('not the password')
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('sign-in-problem').filter({ hasText: 'not right' }).waitFor()
  await page.getByTestId('sign-in-password').fill(PASSWORD)
  await page.getByTestId('sign-in-submit').click()
  await live(page)
  expect(new URL(page.url()).hash).toBe('#/events')
})

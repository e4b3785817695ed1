import { expect, test } from 'vitest'
import { startOpenId } from '../support/openid.ts'
import { axe, live, useBrowser } from './support.ts'

const open = useBrowser()

/** A refused request is a line in the browser's console. */
const expected = [/status of 401/, /WebSocket/]

test('the button leads through the provider’s page, on another site, and back to where one was, signed in', async () => {
  const settings = '  label: Plant account\n  roles: { op: operator }\n'
  const { plant, provider, panel } = await startOpenId(settings)
  provider.people.set('s-1', { preferred_username: 'anna', name: 'Anna Berg', roles: ['op'] })
  // The provider's own page after signing out wants a font of another site, and an icon.
  const foreign = [/ERR_NAME_NOT_RESOLVED/, /ERR_INTERNET_DISCONNECTED/, /status of 404/]
  const page = await open(`${panel}/#/events`, { expected: [...expected, ...foreign] })
  const button = page.getByTestId('sign-in-openid')
  expect(await button.textContent()).toBe('Plant account')
  expect(await axe(page)).toEqual([])
  await button.click()
  await page.getByLabel('Who').fill('s-1')
  expect(new URL(page.url()).origin).toBe(provider.issuer)
  await page.getByRole('button', { name: 'Continue' }).click()
  await live(page)
  expect(page.url()).toBe(`${panel}/#/events`)
  expect(await page.evaluate(async () => (await fetch('api/v1/me')).json())).toMatchObject({
    account: 'anna',
    role: 'operator',
  })
  const cookies = await page.context().cookies(panel)
  expect(cookies.map(({ name, sameSite, httpOnly }) => [name.replace(/\d+$/, ''), sameSite, httpOnly])).toEqual([
    ['andon_sign_in_', 'Strict', true],
  ])
  // It is the browser's own from here on.
  await page.reload()
  await live(page)
  // Signing out leads to the provider's page, which signs out there, too.
  await page.getByTestId('account-menu').click()
  await page.getByTestId('menu-sign-out').click()
  await page.waitForURL((url) => url.origin === provider.issuer)
  await page.goto(`${panel}/#/events`)
  await page.getByTestId('sign-in-openid').click()
  await live(page)
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { disabled: true } })
  await page.getByTestId('sign-in-page').waitFor()
})

test('whoever has no role, or breaks off, reads why on the panel’s own page', async () => {
  const { provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'carl', roles: [] })
  const page = await open(`${panel}/#/sign-in`, { expected })
  const problem = page.getByTestId('sign-in-openid-problem')
  await page.getByTestId('sign-in-openid').click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await problem.filter({ hasText: 'did not let you in' }).waitFor()
  await page.getByTestId('sign-in-openid').click()
  await page.getByLabel('Who').fill('s-1')
  await page.getByRole('button', { name: 'Continue' }).click()
  await problem.filter({ hasText: 'you have no role here' }).waitFor()
  expect(await axe(page)).toEqual([])
})

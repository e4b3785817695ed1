import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, card, goTo, live, type Said, screenshot, sendByPython, SIZES, THEMES, useBrowser } from './support.ts'

/* The panel as people see it: the real server, the built page, a real browser, and datagrams from Python. */

const open = useBrowser()

const change = (machine: string, from: string, to: string): Said => ({
  machine,
  type: 'state_change',
  payload: { from_state: from, to_state: to, event_trigger: 'test' },
})

async function showsState(page: Page, machine: string, state: string): Promise<void> {
  await card(page, machine).getByTestId('machine-state').getByText(state, { exact: true }).waitFor()
}

async function stateOf(each: Locator): Promise<string> {
  return `${await each.getAttribute('data-machine')}: ${await each.getByTestId('machine-state').textContent()}`
}

/** Every card's machine and state, in their order on the page. */
async function states(page: Page): Promise<string[]> {
  const cards = await page.getByTestId('machine-card').all()
  return Promise.all(cards.map(stateOf))
}

test('a datagram from Python shows up in the page, and so does what follows it', async () => {
  const panel = await startPanel()
  const page = await open(panel.url)
  await live(page)
  await page.getByTestId('first-steps').waitFor()

  await sendByPython(panel.socket, [
    { machine: 'press_001', type: 'machine_registered', payload: { config_type: 'press', current_state: 'idle' } },
  ])
  await showsState(page, 'press_001', 'idle')
  await sendByPython(panel.socket, [
    change('press_001', 'idle', 'pressing'),
    { machine: 'press_001', type: 'job_started', payload: { job_id: 'J-1', job_type: 'stamp' } },
    { machine: 'press_001', type: 'job_failed', payload: { job_id: 'J-1', error_message: 'Jammed: Schütz klemmt' } },
  ])
  await showsState(page, 'press_001', 'pressing')
  await card(page, 'press_001').getByTestId('mark-error').getByText('Jammed: Schütz klemmt').waitFor()

  await card(page, 'press_001').click()
  await page.getByTestId('machine-header').getByText('pressing', { exact: true }).waitFor()
  await page.getByTestId('machine-error').getByText('Jammed: Schütz klemmt').waitFor()
  await page.getByTestId('transitions').getByRole('cell', { name: 'test', exact: true }).waitFor()
  await page.getByTestId('jobs').getByText('J-1').first().waitFor()
  await sendByPython(panel.socket, [change('press_001', 'pressing', 'cooling')])
  await page.getByTestId('machine-header').getByText('cooling', { exact: true }).waitFor()

  await goTo(page, 'events')
  const rows = page.getByTestId('event-row')
  await rows.filter({ hasText: 'pressing → cooling' }).waitFor()
  // Three of the press's job and states, and what the panel made of the error: an alarm raised and cleared.
  expect(await rows.count()).toBe(7)
  await rows.filter({ hasText: 'job_started' }).click()
  await page.getByTestId('event-json').getByText('"job_id": "J-1"').waitFor()
})

test('the page outlives the server: it says that it is lost, and goes on where it was', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  const page = await open(first.url, { expected: [/WebSocket connection to .* failed/, /ERR_CONNECTION_REFUSED/] })
  await live(page)
  await sendByPython(first.socket, [
    { machine: 'press_001', type: 'machine_registered', payload: { current_state: 'idle' } },
    change('press_001', 'idle', 'pressing'),
  ])
  await showsState(page, 'press_001', 'pressing')
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))

  await first.close()
  await page.locator('[data-testid=app][data-link=reconnecting][data-frozen=true]').waitFor()
  expect(await page.getByTestId('link-status').textContent()).toBe('Connection lost')
  expect(await page.getByTestId('status-strip').textContent()).toContain('data is')
  expect(await page.locator('main.frozen').count()).toBe(1)
  await screenshot(page, 'lost')
  await showsState(page, 'press_001', 'pressing')

  const again = await startPanel(['--port', new URL(first.url).port], { dir })
  await live(page)
  expect(await page.locator('main.frozen').count()).toBe(0)
  await showsState(page, 'press_001', 'pressing')
  await sendByPython(again.socket, [change('press_001', 'pressing', 'cooling')])
  await showsState(page, 'press_001', 'cooling')
  await goTo(page, 'events')
  await page.getByTestId('event-row').filter({ hasText: 'pressing → cooling' }).waitFor()
  expect(await page.getByTestId('event-row').count()).toBe(3)
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
})

test('two browsers see the same', async () => {
  const panel = await startPanel()
  const pages = await Promise.all([open(panel.url), open(panel.url)])
  await Promise.all(pages.map(live))
  const machines = Array.from({ length: 12 }, (_, i) => `cell_${String(i + 1).padStart(3, '0')}`)
  await sendByPython(
    panel.socket,
    machines.map((machine, i) => change(machine, 'a', `state ${i}`)),
  )
  await Promise.all(pages.map((page) => showsState(page, 'cell_012', 'state 11')))
  const [one, two] = await Promise.all(pages.map(states))
  expect(one).toHaveLength(12)
  expect(two).toEqual(one)
  await Promise.all(pages.map((page) => goTo(page, 'panel')))
  await Promise.all(pages.map((page) => page.getByTestId('viewer').nth(1).waitFor()))
})

test('hostile names and messages are text, and nothing else', async () => {
  const hostile = [
    '<img src=x onerror="window.pwned=1">',
    '\u202Eevil\u202C and "quoted" \'\\',
    '{{constructor.constructor("window.pwned=1")()}}',
    'x'.repeat(128),
    '%2e%2e/../#?&',
    '🏭'.repeat(20),
  ]
  const panel = await startPanel()
  const page = await open(panel.url)
  await live(page)
  const script = '<script>window.pwned=1</script><svg onload=window.pwned=1>'
  await sendByPython(
    panel.socket,
    hostile.flatMap((machine) => [
      { machine, type: 'machine_registered', payload: { config_type: script, current_state: script } },
      { machine, type: script, payload: { [script]: script } },
      { machine, type: 'error', payload: { error_message: script } },
    ]),
  )
  for (const machine of hostile) {
    await card(page, machine).getByTestId('mark-error').waitFor()
    expect(await card(page, machine).getByTestId('machine-state').textContent()).toContain('<script>')
    await card(page, machine).click()
    await page.getByTestId('machine-header').getByText(script, { exact: true }).first().waitFor()
    // What would turn it round is seen instead of obeyed.
    expect(await page.locator('h1').textContent()).toBe(machine.replaceAll(/[\u202e\u202c]/g, '\ufffd'))
    await goTo(page, 'overview')
  }
  // Whatever a name is, the page is no wider than its window.
  for (const size of Object.values(SIZES)) {
    await page.setViewportSize(size)
    expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
  }
  await page.setViewportSize(SIZES.desktop)
  await goTo(page, 'events')
  await page.getByTestId('event-row').filter({ hasText: script }).first().click()
  await page.getByTestId('event-json').waitFor()
  expect(await page.locator('img, script:not([src]), svg[onload]').count()).toBe(0)
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false)
})

test('a page that stands still delays no other, and catches up', async () => {
  const panel = await startPanel()
  const [stalled, healthy] = await Promise.all([open(panel.url), open(panel.url)])
  await Promise.all([live(stalled), live(healthy)])
  const debug = await stalled.context().newCDPSession(stalled)
  await debug.send('Debugger.enable')
  const paused = new Promise((resolve) => debug.once('Debugger.paused', resolve))
  await debug.send('Debugger.pause')

  const sender = unixSender(panel.socket)
  const filler = 'x'.repeat(2_000)
  for (let i = 0; i < 4_000; i += 1) await sender.send(datagram('m', 'tick', { filler }))
  await sender.send(datagram('m', 'state_change', { to_state: 'the last' }))
  await paused
  await showsState(healthy, 'm', 'the last')

  await debug.send('Debugger.resume')
  await debug.send('Debugger.disable')
  await showsState(stalled, 'm', 'the last')
  expect(await states(stalled)).toEqual(await states(healthy))
})

test('appearance and language are remembered', async () => {
  const panel = await startPanel()
  const page = await open(panel.url)
  await live(page)
  const root = page.locator('html')
  expect(await root.getAttribute('data-theme')).toBe('grey')
  await page.getByTestId('preferences').click()
  await page.getByTestId('theme-dark').click()
  await page.getByTestId('preferences').click()
  await page.getByTestId('language-de').click()
  await page.getByRole('heading', { name: 'Übersicht' }).waitFor()
  await page.reload()
  await live(page)
  await page.getByRole('heading', { name: 'Übersicht' }).waitFor()
  expect(await root.getAttribute('data-theme')).toBe('dark')
  expect(await root.getAttribute('lang')).toBe('de')
})

test('everything can be reached with the keyboard alone', async () => {
  const panel = await startPanel()
  const page = await open(panel.url)
  await live(page)
  await sendByPython(panel.socket, [change('press_001', 'idle', 'pressing'), change('oven_001', 'cold', 'warm')])
  await showsState(page, 'oven_001', 'warm')
  const focus = page.locator(':focus')
  const tabTo = async (testId: string): Promise<void> => {
    for (let i = 0; i < 40; i += 1) {
      if (
        await focus.evaluateAll(([at], id) => at?.closest(`[data-testid=${id}]`) !== null && at !== undefined, testId)
      )
        return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab never came to ${testId}`)
  }

  await page.keyboard.press('Tab')
  expect(await focus.textContent()).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect(await focus.textContent()).toBe('Overview')
  await tabTo('machine-card')
  const name = await focus.getAttribute('data-machine')
  await page.keyboard.press('Enter')
  await page.getByTestId('machine-page').waitFor()
  await waitFor(async () => (await focus.textContent()) === name, { what: 'the focus on the heading' })

  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await tabTo('nav-events')
  await page.keyboard.press('Enter')
  await page.getByTestId('events-page').waitFor()
  await waitFor(async () => (await focus.textContent()) === 'Events', { what: 'the focus on the heading' })
  await tabTo('filter-text')
  await page.keyboard.type('pressing')
  await waitFor(async () => (await page.getByTestId('event-row').count()) === 1, { what: 'one row' })
  await tabTo('event-list')
  await page.keyboard.press('End')
  await page.getByTestId('event-detail').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('event-detail').waitFor({ state: 'detached' })
})

/** A plant with something of everything. */
async function plant(panel: TestPanel): Promise<void> {
  const events: Said[] = []
  for (let i = 1; i <= 6; i += 1) {
    const machine = `press_00${i}`
    events.push({ machine, type: 'machine_registered', payload: { config_type: 'hydraulic', current_state: 'idle' } })
    events.push(change(machine, 'idle', 'pressing'), change(machine, 'pressing', 'cooling'))
    events.push({ machine, type: 'job_started', payload: { job_id: `J-${i}`, job_type: 'stamp' } })
    events.push({ machine, type: 'activity_log', payload: { level: 'WARN', message: 'Oil is warm' } })
  }
  events.push({ machine: 'press_002', type: 'error', payload: { error_message: 'Pressure lost' } })
  events.push({ machine: 'press_003', type: 'machine_terminated' }, change('press_004', 'elsewhere', 'idle'))
  await sendByPython(panel.socket, events)
  await unixSender(panel.socket).send('{"no machine": true')
}

const PAGES = ['overview', 'machine', 'events', 'detail', 'panel', 'nowhere'] as const

async function show(page: Page, name: (typeof PAGES)[number]): Promise<void> {
  switch (name) {
    case 'machine':
      await goTo(page, 'overview')
      await card(page, 'press_002').click()
      await page.getByTestId('machine-error').waitFor()
      break
    case 'detail':
      await goTo(page, 'events')
      await page.getByTestId('event-row').last().click()
      await page.getByTestId('event-detail').waitFor()
      break
    case 'nowhere':
      await page.evaluate(() => (location.hash = '#/nowhere'))
      await page.getByRole('heading', { name: 'No such page' }).waitFor()
      break
    case 'overview':
    case 'events':
    case 'panel':
      await goTo(page, name)
      break
    default:
      name satisfies never
  }
}

test.each(THEMES)('axe finds nothing on any page of any size, %s', async (theme) => {
  const panel = await startPanel()
  await plant(panel)
  const page = await open(panel.url, { stored: { theme }, reducedMotion: 'reduce' })
  await live(page)
  await showsState(page, 'press_006', 'cooling')
  await page.getByTestId('refused-notice').waitFor()
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const name of PAGES) {
      await show(page, name)
      await screenshot(page, `${name}-${size}-${theme}`)
      expect([size, name, await axe(page)]).toEqual([size, name, []])
    }
  }
})

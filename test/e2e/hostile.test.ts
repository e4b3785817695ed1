import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* What a hostile machine program can say, on every page that shows it. A dialog or a complaint fails any page here. */

const open = useBrowser()

const SCRIPTS = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><svg/onload=alert(1)>',
  "'-alert(1)-'",
  '{{constructor.constructor("alert(1)")()}}',
  'javascript:alert(1)',
  '\u202eevil\u202c',
] as const

const PAGES = ['/', '/devices', '/executions', '/alarms', '/events', '/logs', '/links', '/panel'] as const

/** Those that are sure to show some of them. */
const SHOWING: readonly string[] = ['/', '/devices', '/events', '/logs', '/links']

test('script in names and texts is shown as text: no dialog, nothing run, nothing against the policy', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  for (const [i, text] of SCRIPTS.entries()) {
    const name = `${text}${i}`
    for (const [type, payload] of [
      ['state_change', { from_state: text, to_state: text, event_trigger: text }],
      ['error', { error: text, message: text, error_message: text }],
      ['activity_log', { level: 'info', message: text, tag: text, module: text }],
      ['log_entry', { level: 'error', data: text, tag: text, module: text }],
      ['job_started', { job_id: text, name: text }],
      ['device_update', { device_id: text, device_type: text, new_state: { [text]: text } }],
      ['alarm_raised', { alarm_id: text, message: text, priority: 'high' }],
      ['connection_event', { connection_type: text, direction: 'error', error: text, script_name: text }],
      ['workflow_started', { workflow_id: text, execution_id: text, workflow_name: text, name: text }],
      [text, { [text]: text }],
    ] as const) {
      await sender.send(datagram(name, type, payload))
    }
    await sender.send(`${text} is no JSON`)
  }
  await waitFor(() => panel.health().offset >= SCRIPTS.length * 10)
  const page = await open(panel.url)
  await page.evaluate(() => {
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', (event) =>
      seen.push(`${event.violatedDirective} ${event.blockedURI}`),
    )
    Object.assign(window, { violations: seen })
  })
  await live(page)
  const machine = `/machine/${encodeURIComponent(`${SCRIPTS[0]}0`)}`
  for (const path of [...PAGES, machine]) {
    await page.evaluate((hash) => (location.hash = hash), path)
    await page.locator('main').waitFor()
    const shown = async (): Promise<boolean> => ((await page.locator('main').textContent()) ?? '').includes('alert(1)')
    if (SHOWING.includes(path)) await waitFor(shown, { what: `the texts on ${path}` })
    // Every element that a text could have made.
    expect([path, await page.locator('img[src="x"], svg[onload], [onerror], body script').count()]).toEqual([path, 0])
  }
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([])
})

const ODD_PLANT = `
machines:
  cell:
    alarm_states: [fault]
    devices:
      big:
        label: ${'Long label '.repeat(18)}
        tags:
          value: { type: number, unit: m³/h, min: -1.0e+308, max: 1.0e+308, writable: true, limits: { high: 1.0e+307 } }
          text: { type: string, writable: true }
`
/** What no field of an object may be called in careless hands, what cannot be seen, what turns letters round. */
const ODD_NAMES = ['cell', '__proto__', 'hasOwnProperty', '\u202eevil', ' ', 'W'.repeat(128), '%', 'a/b']

const ODD_PAGES = [
  ...ODD_NAMES.map((name) => `/machine/${encodeURIComponent(name)}`),
  ...['cell', ODD_NAMES[5] ?? ''].map((name) => `/devices/${name}/big`),
  ...['x', '%F0%9F%98%80'].map((id) => `/executions/cell/${id}`),
  '/run/cell',
  '/trends?tag=cell/big/value',
  '/trends?tag=a&to=-1&span=1e999',
  ...'/ /devices /executions /alarms /events /logs /links /panel /settings /account /accounts /audit /about'.split(' '),
  '/gallery',
]

/** Words of a program that no person should read, and what stands wider than the page. */
const wrongOn = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth } = document.documentElement
    const main = document.querySelector('main')
    const tooWide = scrollWidth > innerWidth || (main !== null && main.scrollWidth > main.clientWidth)
    const said = document.body.innerText
      .split('\n')
      .filter((line) => /NaN|undefined|Infinity|∞|Invalid Date/.test(line))
    const rawKeys = document.body.innerText.match(/\b(stop|alarms|execution|devices|mark|panel)\.[a-z]+\.\w+/g) ?? []
    return [...said, ...rawKeys, ...(tooWide ? ['wider than the page'] : [])]
  })

async function sayOddThings(panel: TestPanel): Promise<void> {
  const sender = unixSender(panel.socket)
  /** As it stands in JSON: more than any number can be. */
  const say = (machine: string, type: string, payload: object): Promise<void> =>
    sender.send(datagram(machine, type, payload).replaceAll('"beyond"', '1e999'))
  const blocks = Array.from({ length: 120 }, (_, i) => ({
    blockId: `b${i % 2}`,
    duration: i * 1e300,
    displayText: ' ',
  }))
  const flow = {
    executionContext: { executionSessionId: '😀', programId: 'p', programName: '', cycleName: 'W'.repeat(128) },
  }
  const nodes = Array.from({ length: 20 }, (_, i) => ({
    id: `n${i % 19}`,
    name: i % 2 ? 'W'.repeat(90) : 'beyond',
    x: 'beyond',
  }))
  const edges = nodes.flatMap(({ id }, i) => [
    { from: id, to: `n${(i * 7) % 23}` },
    { from: id, to: id },
  ])
  const workflow = { workflowId: 'w', executionId: 'x', workflowName: 'beyond', definition: { nodes, edges } }
  // A lone half of a pair is in no address, but may be a name.
  const names = [...ODD_NAMES, 'm\ud800']
  for (const [i, name] of names.entries()) {
    await say(name, 'state_change', {
      from_state: 'W'.repeat(200),
      to_state: i % 2 ? 'beyond' : 'fault',
      event_trigger: name,
    })
    for (const job of ['j', 'j']) await say(name, 'job_failed', { job_id: job, error_message: i % 2 ? 'beyond' : '' })
    await say(name, 'alarm_raised', {
      alarm_id: 'a',
      message: i % 2 ? 'beyond' : ' ',
      priority: 'critical',
      value: 'beyond',
    })
    const state = { value: i % 2 ? -1e308 : 5e-324, text: 'W'.repeat(400), flag: true, odd: [{}], beyond: 'beyond' }
    await say(name, 'device_update', {
      device_id: 'big',
      device_type: name,
      new_state: state,
      status: name,
      last_updated: 8.64e15,
    })
    await say(name, 'connection_event', {
      connection_type: 'plc',
      data_size_bytes: 'beyond',
      response_time_ms: 'beyond',
      error: ' ',
    })
    await say(name, 'workflow:started', { ...workflow, totalNodes: 2 ** 53 - 1 })
    await say(name, 'workflow:progress', {
      ...workflow,
      completedNodes: 1,
      totalNodes: 2 ** 53 - 1,
      estimatedTimeRemaining: 1e300,
    })
    await say(name, 'initial_execution_state', { ...flow, active: blocks.slice(-1), recent: blocks })
    await say(name, 'log_entry', { level: {}, message: 'beyond', data: [null], tag: name, module: 'W'.repeat(300) })
  }
  await waitFor(() => panel.health().offset >= names.length * 11)
}

test('odd numbers, texts and names are words on every page, and no page is wider for them', async () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'andon.yaml'), ODD_PLANT)
  const panel = await startPanel(['--config', join(dir, 'andon.yaml')], { dir })
  await sayOddThings(panel)
  // Some pages are for an administrator only, and Chromium says so.
  const page = await open(panel.url, { viewport: SIZES.phone, expected: [/status of 403/] })
  await live(page)
  await page.getByTestId('stop').click()
  await page.locator('[data-testid=stop-result][data-machine=hasOwnProperty]').waitFor()
  await waitFor(async () => (await page.locator('[data-result=asking]').count()) === 0, { what: 'an answer to Stop' })
  const wrong = [['stop', await wrongOn(page)]]
  await page.getByTestId('stop-dismiss').click()
  const look = async (path: string): Promise<void> => {
    await page.evaluate((hash) => (location.hash = hash), path)
    await page.locator('main h1').waitFor()
    wrong.push([path, await wrongOn(page)])
  }
  for (const path of ODD_PAGES) await look(path)
  await page.setViewportSize(SIZES.desktop)
  const wide = ['/machine/cell', '/devices/cell/big', '/executions/cell/x', '/devices', '/executions', '/alarms']
  for (const path of wide) await look(path)
  expect(wrong.filter(([, found]) => found?.length !== 0)).toEqual([])
})

test('a defect of the page is said on it, for as long as it has not been loaded again', async () => {
  const panel = await startPanel()
  for (const theme of THEMES) {
    const page = await open(panel.url, {
      viewport: SIZES.phone,
      expected: [/a defect of the page/],
      stored: { theme, language: theme === 'dark' ? 'de' : 'en' },
    })
    await live(page)
    expect(await page.getByTestId('page-fault').count()).toBe(0)
    // What Vue itself does with an error that nobody catches.
    await page.evaluate(() => {
      type App = { readonly config: { errorHandler(error: Error): void } }
      const app = Reflect.get(document.querySelector('#app') ?? {}, '__vue_app__') as App
      app.config.errorHandler(new Error('a defect of the page'))
    })
    const fault = page.getByTestId('page-fault')
    await fault.waitFor()
    expect(await axe(page)).toEqual([])
    await screenshot(page, `page-fault-${theme}`)
    await fault.getByRole('button').click()
    await page.waitForFunction(() => document.querySelector('.page-fault') === null)
    await live(page)
  }
})

import { expect, test } from 'vitest'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'
import { live, useBrowser } from './support.ts'

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

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { Child } from '../support/child.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { controlPrefix, obstinateMachine, type ObstinateMachine } from './control-machine.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* Operating, as people do it: the real panel, the real page in real browsers, and machines on real control sockets. */

const open = useBrowser()

const PLANT = `
machines:
  cell_1:
    label: Cell 1
    stop: { type: halt, state: halted }
    commands:
      go: { label: Go, timeout: 1 }
      reset: { label: Reset, confirm: true }
      start: { label: Start }
    devices:
      motor_01: { type: motor, label: Conveyor, tags: { speed: { type: integer, unit: rpm, limits: { high: 230, high_high: 250 } } } }
      valve_01: { type: valve, label: Coolant, tags: { value: { type: boolean, field: state, confirm: true } } }
      text_01: { label: Recipe, tags: { name: { type: string, writable: true } } }
  cell_2:
    devices:
      motor_01: { type: motor, tags: { speed: { type: integer, unit: rpm, max: 100 } } }
groups:
  motors:
    - { machine: cell_1, device: motor_01 }
    - { machine: cell_2, device: motor_01 }
interlocks:
  - name: in_fault
    machine: cell_1
    commands: [start]
    when: [{ machine: cell_1, state: [fault] }]
    reason: Reset it first.
`

interface Cell {
  readonly panel: TestPanel
  readonly machine: ObstinateMachine
  readonly dir: string
}

const update = (id: string, type: string, state: object): object => ({
  device_id: id,
  device_type: type,
  new_state: state,
})

/** A panel, its plant, and a cell whose devices do what the test says. */
async function cell(): Promise<Cell> {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  writeFileSync(config, PLANT)
  const panel = await startPanel(['--config', config, '--control-prefix', controlPrefix(dir)], { dir })
  const machine = obstinateMachine(panel, dir, 'cell_1')
  await machine.say('state_change', { from_state: 'idle', to_state: 'fault' })
  await machine.say('device_update', update('motor_01', 'motor', { speed: 40 }))
  await machine.say('device_update', update('valve_01', 'valve', { value: false }))
  await machine.say('device_update', update('text_01', 'recipe', { name: 'brass' }))
  await machine.say('device_update', update('temp_01', 'temperature_sensor', { temperature: 21.5 }))
  return { panel, machine, dir }
}

const goTo = (page: Page, hash: string): Promise<void> =>
  page.evaluate((next) => {
    location.hash = next
  }, hash)

const control = (page: Page, machine: string): Locator =>
  page.locator(`[data-testid=control-bar][data-machine=${machine}]`)
const held = (page: Page, machine: string, by: 'me' | 'other' | 'nobody'): Promise<void> =>
  page.locator(`[data-testid=control-bar][data-machine=${machine}][data-control=${by}]`).waitFor()
const device = (page: Page, id: string): Locator => page.locator(`[data-testid=device-card][data-device=${id}]`)
const progress = (where: Locator, status: string): Promise<void> =>
  where.locator(`[data-testid=progress][data-progress=${status}]`).waitFor()
const shows = (where: Locator, text: string): Promise<void> =>
  where.getByTestId('actual').getByText(text, { exact: true }).waitFor()

async function takeControl(page: Page, machine: string): Promise<void> {
  await control(page, machine).getByTestId('take-control').click()
  await held(page, machine, 'me')
}

/** Types a value and looks at it once more: Cancel has the focus, so that a press too many does no harm. */
async function propose(where: Locator, text: string): Promise<void> {
  await where.getByTestId('exact').fill(text)
  await where.getByTestId('exact').press('Enter')
  await waitFor(() => where.getByTestId('cancel').evaluate((button) => button === document.activeElement), {
    what: 'the focus on Cancel',
  })
}

const nothing = (machine: ObstinateMachine): void => expect(machine.commands).toEqual([])

test('motor, servo and valve of the demo plant are operated from two browsers, one at a time', async () => {
  const dir = tempDir()
  const panel = await startPanel(['--control-prefix', controlPrefix(dir)], { dir })
  const demo = new Child(process.execPath, [
    'out/main/demo.js',
    '--events-socket',
    panel.socket,
    '--control-prefix',
    controlPrefix(dir),
    '--speed',
    '2',
  ])
  const [one, two] = await Promise.all([open(panel.url), open(panel.url, { viewport: SIZES.panel })])
  for (const page of [one, two]) {
    await live(page)
    await page.getByTestId('nav-devices').click()
    await device(page, 'servo_01').waitFor()
    expect(await device(page, 'motor_01').getByTestId('exact').isDisabled()).toBe(true)
  }
  await takeControl(one, 'cell_1')
  await held(two, 'cell_1', 'other')

  const motor = device(one, 'motor_01')
  await propose(motor, '250')
  await motor.getByTestId('act').click()
  // What is asked for and what is stand apart, for everybody, until the machine has confirmed.
  await device(two, 'motor_01').getByTestId('requested').getByText('250').waitFor()
  await progress(motor, 'confirmed')
  await Promise.all([one, two].map((page) => shows(device(page, 'motor_01'), '250')))
  expect(await device(two, 'motor_01').getByTestId('requested').textContent()).toBe('')

  await device(one, 'valve_01').getByTestId('switch-on').click()
  await shows(device(two, 'valve_01'), 'On')
  await device(one, 'valve_01').getByTestId('switch-off').click()
  await shows(device(two, 'valve_01'), 'Off')

  // The holder says no once, and then does not.
  await control(two, 'cell_1').getByTestId('take-control').click()
  await control(one, 'cell_1')
    .getByTestId('control-coming')
    .getByText(/wants control and gets it in \d+ s/)
    .waitFor()
  await control(two, 'cell_1')
    .getByTestId('control-coming')
    .getByText(/comes to you in \d+ s/)
    .waitFor()
  await control(one, 'cell_1').getByTestId('keep-control').click()
  await control(two, 'cell_1').getByTestId('control-coming').waitFor({ state: 'detached' })
  await control(two, 'cell_1').getByTestId('take-control').click()
  await held(two, 'cell_1', 'me')
  await held(one, 'cell_1', 'other')
  expect(await device(one, 'servo_01').getByTestId('exact').isDisabled()).toBe(true)

  const servo = device(two, 'servo_01')
  await servo.getByTestId('exact').fill('900')
  await servo.getByTestId('entry-problem').getByText('Not allowed: only 0 to 180').waitFor()
  expect(await servo.getByTestId('second-look').count()).toBe(0)
  await propose(servo, '33')
  await servo.getByTestId('act').click()
  await progress(servo, 'confirmed')
  await shows(device(one, 'servo_01'), '33')
  await control(two, 'cell_1').getByTestId('give-back').click()
  await held(one, 'cell_1', 'nobody')
  expect(demo.exit).toBeNull()
})

test('a slider half moved when the link is lost: nothing is sent, then or later', async () => {
  const { panel, machine } = await cell()
  const page = await open(panel.url)
  const links: { close: () => Promise<void> }[] = []
  let cut = false
  await page.routeWebSocket('**/ws', async (socket) => {
    if (cut) return socket.close({ code: 1001 })
    const server = socket.connectToServer()
    links.push({
      close: async () => {
        await server.close({ code: 1001 })
        await socket.close({ code: 1001 })
      },
    })
  })
  await page.reload()
  await live(page)
  await goTo(page, '#/devices')
  await takeControl(page, 'cell_1')
  const motor = device(page, 'motor_01')
  const box = await motor.getByTestId('slider').boundingBox()
  if (!box) throw new Error('no slider')
  const [from, to, y] = [box.x + box.width * 0.2, box.x + box.width * 0.7, box.y + box.height / 2]
  await page.mouse.move(from, y)
  await page.mouse.down()
  await page.mouse.move(to, y, { steps: 5 })
  await motor.getByTestId('second-look').waitFor()
  nothing(machine)

  cut = true
  await Promise.all(links.map((link) => link.close()))
  await motor.getByTestId('dropped').getByText('Link lost: nothing was sent.').waitFor()
  await page.mouse.move(to + 20, y)
  expect(await motor.getByTestId('second-look').count()).toBe(0)
  expect(await motor.getByTestId('exact').isDisabled()).toBe(true)
  expect(await motor.getByTestId('exact').inputValue()).toBe('40')
  expect(await page.getByTestId('stop').isDisabled()).toBe(true)
  await screenshot(page, 'slider-link-lost')

  cut = false
  await live(page)
  await held(page, 'cell_1', 'me')
  await page.mouse.move(to - 40, y)
  await page.mouse.up()
  await motor.getByTestId('dropped').getByText('Link lost: nothing was sent.').waitFor()
  expect(await motor.getByTestId('second-look').count()).toBe(0)
  expect(await motor.getByTestId('exact').inputValue()).toBe('40')
  await machine.say('device_update', update('motor_01', 'motor', { speed: 41 }))
  await shows(motor, '41')
  expect(await motor.getByTestId('exact').inputValue()).toBe('41')
  await goTo(page, '#/devices/cell_1/motor_01')
  await page.getByTestId('command-table').getByText('No command yet.').waitFor()
  nothing(machine)
})

test('what the machine does not do is said in place: failed, timed out, refused; never done', async () => {
  const { panel, machine } = await cell()
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '#/devices')
  await takeControl(page, 'cell_1')
  const motor = device(page, 'motor_01')
  await propose(motor, '120')
  await motor.getByTestId('act').click()
  await progress(motor, 'accepted')
  const given = await waitFor(() => machine.commands[0], { what: 'the command' })
  expect(given).toMatchObject({ type: 'device_control', payload: { device_id: 'motor_01', speed: 120 } })
  await shows(motor, '40')
  await motor.getByTestId('requested').getByText('120').waitFor()
  await machine.say('command_result', { command_id: given.command_id, success: false, reason: 'Too hot' })
  await progress(motor, 'failed')
  await motor.getByTestId('progress').getByText('Too hot').waitFor()
  expect(await motor.getByTestId('requested').textContent()).toBe('')

  // It asks twice, and Cancel is what is pressed by mistake.
  const valve = device(page, 'valve_01')
  await valve.getByTestId('switch-on').click()
  await valve.getByTestId('second-look').getByText('On').waitFor()
  await page.keyboard.press('Enter')
  await valve.getByTestId('second-look').waitFor({ state: 'detached' })
  expect(machine.commands).toHaveLength(1)

  await goTo(page, '#/machine/cell_1')
  const commands = page.getByTestId('machine-commands')
  await commands.getByTestId('interlocked').getByText('Interlock in_fault: Reset it first.').waitFor()
  expect(await commands.getByTestId('command-start').isDisabled()).toBe(true)
  await commands.getByTestId('command-go').click()
  await progress(commands, 'timed_out')
  await commands.getByTestId('command-reset').click()
  await commands.getByTestId('act').click()
  await progress(commands, 'accepted')
  await machine.say('state_change', { from_state: 'fault', to_state: 'idle' })
  await progress(commands, 'confirmed')
  await commands.getByTestId('interlocked').waitFor({ state: 'detached' })

  await commands.getByText('Other event …').click()
  await commands.getByTestId('other-type').fill('shout')
  await commands.getByTestId('other-payload').fill('{"text": "')
  await commands.getByTestId('other-size').getByText('This is not JSON.').waitFor()
  expect(await commands.getByTestId('other-send').isDisabled()).toBe(true)
  await commands.getByTestId('other-payload').fill(JSON.stringify({ text: 'x'.repeat(5_000) }))
  expect(await commands.getByTestId('other-send').isDisabled()).toBe(true)
  await commands.getByTestId('other-payload').fill('{"text": "hey"}')
  await commands.getByTestId('other-send').click()
  await waitFor(() => machine.commands.some(({ type, payload }) => type === 'shout' && payload['text'] === 'hey'))

  machine.die()
  await commands.getByTestId('command-start').click()
  await progress(commands, 'refused')
  await commands.getByTestId('progress').getByText('the machine program does not listen').waitFor()
  await screenshot(page, 'command-refused')
})

test('Stop needs no control, is in the same place on every page, and says what came of it', async () => {
  const { panel, machine, dir } = await cell()
  const other = obstinateMachine(panel, dir, 'cell_2')
  await other.say('state_change', { to_state: 'working' })
  const [page, holder] = await Promise.all([open(panel.url), open(panel.url)])
  await Promise.all([live(page), live(holder)])
  await goTo(holder, '#/machine/cell_1')
  await takeControl(holder, 'cell_1')

  const places = new Set<string>()
  const stop = page.getByTestId('stop')
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const hash of ['#/', '#/devices', '#/devices/cell_1/motor_01', '#/machine/cell_1', '#/events', '#/panel']) {
      await goTo(page, hash)
      const box = await stop.boundingBox()
      places.add(`${size} ${JSON.stringify(box)}`)
      expect(Math.min(box?.height ?? 0, box?.width ?? 0)).toBeGreaterThanOrEqual(64)
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(viewport.width)
    }
  }
  expect(places.size).toBe(3)

  await goTo(page, '#/devices/cell_1/motor_01')
  await page.getByRole('button', { name: /^Stop\s+Cell 1\s*\. Software stop\./ }).waitFor()
  await stop.click()
  await waitFor(() => machine.commands.some(({ type }) => type === 'halt'), { what: 'the stop' })
  expect(other.commands).toEqual([])
  const result = (name: string, is: string): Promise<void> =>
    page.locator(`[data-testid=stop-result][data-machine=${name}][data-result=${is}]`).waitFor()
  await result('cell_1', 'given')
  await machine.say('state_change', { to_state: 'halted' })
  await result('cell_1', 'stopped')

  await goTo(page, '#/')
  await stop.click()
  await waitFor(() => other.commands.some(({ type }) => type === 'stop'), { what: 'the other stop' })
  await other.say('state_change', { to_state: 'idle' })
  await result('cell_2', 'stopped')
  // cell_1 says nothing: it is not stopped because somebody asked it to.
  await result('cell_1', 'not_confirmed')
  await screenshot(page, 'stop-not-confirmed')
  await page.getByTestId('stop-dismiss').click()
  await page.getByTestId('stop-results').waitFor({ state: 'detached' })
})

test('one write to a group is a command for each of its devices', async () => {
  const { panel, machine, dir } = await cell()
  const other = obstinateMachine(panel, dir, 'cell_2')
  await other.say('device_update', update('motor_01', 'motor', { speed: 5 }))
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '#/devices')
  const group = page.locator('[data-testid=device-group][data-group=motors]')
  await takeControl(page, 'cell_1')
  await group.getByText('To 1 of 2 devices').waitFor()
  await takeControl(page, 'cell_2')
  await group.getByText('To 2 of 2 devices').waitFor()
  await propose(group, '77')
  await group.getByTestId('act').click()
  await waitFor(() => machine.commands[0] && other.commands[0], { what: 'both commands' })
  await machine.say('device_update', update('motor_01', 'motor', { speed: 77 }))
  const member = (name: string): Locator => group.locator(`[data-testid=group-member][data-machine=${name}]`)
  await progress(member('cell_1'), 'confirmed')
  await progress(member('cell_2'), 'accepted')
  expect(other.commands.map(({ payload }) => payload)).toEqual([{ device_id: 'motor_01', speed: 77 }])
})

test('a value is written with the keyboard alone', async () => {
  const { panel, machine } = await cell()
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '#/devices/cell_1/motor_01')
  await page.getByTestId('tag-panel').waitFor()
  const focus = page.locator(':focus')
  const tabTo = async (testId: string): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab')
      const there = await focus.evaluateAll(([at], id) => at?.closest(`[data-testid=${id}]`) !== null && !!at, testId)
      if (there) return
    }
    throw new Error(`Tab never came to ${testId}`)
  }
  await tabTo('take-control')
  await page.keyboard.press('Enter')
  await held(page, 'cell_1', 'me')
  await tabTo('slider')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('PageUp')
  await page.getByTestId('second-look-to').getByText('52').waitFor()
  nothing(machine)
  await page.keyboard.press('Escape')
  await page.getByTestId('second-look').waitFor({ state: 'detached' })
  // The focus is back where the second look took it from.
  expect(await focus.getAttribute('role')).toBe('slider')
  await tabTo('exact')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('99')
  await page.keyboard.press('Enter')
  await waitFor(async () => (await focus.getAttribute('data-testid')) === 'cancel', { what: 'the focus on Cancel' })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const given = await waitFor(() => machine.commands[0], { what: 'the command' })
  expect(given.payload).toEqual({ device_id: 'motor_01', speed: 99 })
  await machine.say('device_update', update('motor_01', 'motor', { speed: 99 }))
  await progress(page.getByTestId('tag-panel'), 'confirmed')
  await page.getByTestId('command-table').getByText('Confirmed by the machine').waitFor()
  expect(machine.commands).toHaveLength(1)
})

test('nothing can be done to a machine that has ended, nor in the past', async () => {
  const { panel, machine } = await cell()
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '#/devices')
  await takeControl(page, 'cell_1')
  await page.getByTestId('replay').click()
  await page.getByTestId('replay-bar').waitFor()
  await waitFor(() => page.getByTestId('stop').isDisabled(), { what: 'Stop to be disabled' })
  await page.getByTestId('back-to-live').click()
  await device(page, 'motor_01').getByTestId('exact').waitFor()
  expect(await device(page, 'motor_01').getByTestId('exact').isDisabled()).toBe(false)
  await machine.say('machine_terminated')
  await device(page, 'motor_01').getByTestId('obstacle').getByText('The machine program has ended.').waitFor()
  await device(page, 'motor_01').locator('[data-quality=stale]').waitFor()
  expect(await device(page, 'motor_01').getByTestId('exact').isDisabled()).toBe(true)
})

test('more values than fit a screen stand in a table, and the filter brings the cards back', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  for (let i = 1; i <= 14; i += 1) {
    await sender.send(datagram('line', 'device_update', update(`motor_${i}`, 'motor', { speed: i })))
  }
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '#/devices')
  await page.getByTestId('device-table').waitFor()
  expect(await page.getByTestId('device-row').count()).toBe(14)
  await screenshot(page, 'device-table')
  await page.getByTestId('device-search').locator('input').fill('motor_14')
  await device(page, 'motor_14').waitFor()
  await shows(device(page, 'motor_14'), '14')
})

const VIEWS = {
  devices: '#/devices',
  device: '#/devices/cell_1/motor_01',
  machine: '#/machine/cell_1',
  missing: '#/devices/cell_1/nothing',
} as const

test.each(THEMES)('axe finds nothing where things are operated, at any size, %s', async (theme) => {
  const { panel, machine } = await cell()
  const page = await open(panel.url, { stored: { theme }, reducedMotion: 'reduce' })
  await live(page)
  await goTo(page, '#/devices')
  await takeControl(page, 'cell_1')
  await propose(device(page, 'motor_01'), '200')
  await device(page, 'motor_01').getByTestId('act').click()
  await progress(device(page, 'motor_01'), 'accepted')
  await page.getByTestId('stop').click()
  await page.getByTestId('stop-result').first().waitFor()
  expect(['with stop', await axe(page)]).toEqual(['with stop', []])
  await screenshot(page, `stopping-${theme}`)
  await machine.say('state_change', { to_state: 'halted' })
  await page.getByTestId('stop-dismiss').click()
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await goTo(page, '#/devices')
    await propose(device(page, 'motor_01'), '120')
    await screenshot(page, `control-look-${size}-${theme}`)
    expect([size, 'look', await axe(page)]).toEqual([size, 'look', []])
    for (const [name, hash] of Object.entries(VIEWS)) {
      await goTo(page, hash)
      await page.locator('main h1').waitFor()
      await screenshot(page, `control-${name}-${size}-${theme}`)
      expect([size, name, await axe(page)]).toEqual([size, name, []])
      expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
    }
  }
})

import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { ControlMachine, type ReceivedCommand, startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, card, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* Programs, workflows and state diagrams as people see and steer them: the real panel, real browsers, real datagrams. */

const open = useBrowser()

type Say = (machine: string, type: string, payload?: object) => Promise<void>

function sayer(panel: TestPanel): Say {
  const sender = unixSender(panel.socket)
  return (machine, type, payload = {}) => sender.send(datagram(machine, type, payload))
}

/** To another page of the panel, as by a link. */
const goTo = (page: Page, hash: string): Promise<void> =>
  page.evaluate((next) => {
    location.hash = next
  }, hash)

const executionCard = (page: Page, id: string): Locator =>
  page.locator(`[data-testid=execution-card][data-execution=${JSON.stringify(id)}]`)
const has = async (at: Locator, text: string): Promise<void> => at.getByText(text).first().waitFor()
const steer = (page: Page, what: string): Locator => page.getByTestId(`steer-${what}`)
const status = (page: Page, name: string): Promise<void> =>
  page.locator(`[data-testid=execution-header][data-status=${name}]`).waitFor()
const progress = (within: Page | Locator, name: string): Locator =>
  within.locator(`[data-testid=progress][data-progress=${name}]`)
const node = (page: Page, id: string): Locator => page.locator(`[data-testid=graph-node][data-node=${id}]`)

async function takeControl(page: Page): Promise<void> {
  await page.getByTestId('control-bar').getByTestId('take-control').click()
  await page.locator('[data-testid=control-bar][data-control=me]').waitFor()
}

const block = (blockId: string, displayText: string, more: object = {}): object => ({
  blockId,
  blockType: 'sensor',
  blockName: blockId.toUpperCase(),
  deviceName: 'EC1',
  displayText,
  executionContext: {
    executionSessionId: 's1',
    programId: 'p1',
    programName: 'Полив и подхранване',
    cycleId: 'c1',
    cycleName: 'Сутрешен цикъл',
  },
  ...more,
})

/** A flow program in its second action of four. */
async function flow(say: Say, machine = 'flow_01'): Promise<void> {
  await say(machine, 'block_started_enhanced', block('b1', 'Прочетен EC1'))
  await say(machine, 'action_template_started', {
    programId: 'p1',
    actionTemplateId: 't1',
    actionTemplateName: 'Дозиране',
    actionIndex: 1,
    totalActions: 4,
  })
  const done = { status: 'completed', timing: { duration: 1_200 }, result: { value: 1.8 } }
  await say(machine, 'block_executed_enhanced', block('b1', 'Прочетен EC1', done))
}

const DEFINITION = {
  nodes: [
    { id: 'n1', type: 'http-request', name: 'Fetch order' },
    { id: 'n2', type: 'inspection', name: 'Camera' },
    { id: 'n3', type: 'transform', name: 'Weigh' },
    { id: 'n4', type: 'database', name: 'Store' },
  ],
  edges: [
    { from: 'n1', to: 'n2' },
    { from: 'n1', to: 'n3' },
    { from: 'n2', to: 'n4' },
    { from: 'n3', to: 'n4' },
  ],
}
const e1 = { workflowId: 'w1', executionId: 'e1' }

/** A workflow in its second node of four. */
async function workflow(say: Say, machine = 'wf_1'): Promise<void> {
  await say(machine, 'workflow:started', { ...e1, workflowName: 'Batch', totalNodes: 4, definition: DEFINITION })
  await say(machine, 'node:completed', { ...e1, nodeId: 'n1', nodeType: 'http-request', result: { items: 3 } })
  await say(machine, 'node:started', { ...e1, nodeId: 'n2', nodeType: 'inspection' })
  const left = { totalNodes: 4, completedNodes: 1, currentNode: 'n2', estimatedTimeRemaining: 90_000 }
  await say(machine, 'workflow:progress', { ...e1, ...left })
}

test('a flow program is followed block by block, by names with and without _enhanced', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const page = await open(panel.url)
  await live(page)
  await flow(say)
  await page.getByTestId('nav-executions').click()
  const running = executionCard(page, 's1')
  for (const text of [
    'Полив и подхранване',
    'flow_01',
    'Action 2 of 4',
    'Дозиране',
    'Сутрешен цикъл',
    'Прочетен EC1',
  ]) {
    await has(running, text)
  }
  await has(running, '25 %')
  for (const id of ['b2', 'b3', 'b4']) {
    await say('flow_01', 'block_started', block(id, `Чете ${id}`))
    await say('flow_01', 'block_executed', block(id, `Чете ${id}`, { status: 'completed', duration: 700 }))
  }
  await say('flow_01', 'block_started', block('b5', 'Помпа'))
  const lines = running.getByTestId('step-line')
  await running.locator('[data-testid=step-line][data-look=running]').getByText('Помпа').waitFor()
  const titles = await lines.locator('bdi:first-of-type').allTextContents()
  expect(titles).toEqual(['Помпа', 'Чете b4', 'Чете b3', 'Чете b2'])

  await running.click()
  await page.getByTestId('execution-page').waitFor()
  await page.getByTestId('action-place').getByText('2 of 4').waitFor()
  expect(await page.getByTestId('step-row').count()).toBe(5)
  await page
    .locator('[data-testid=step-row][data-step=b1]')
    .locator('bdi:visible')
    .filter({ hasText: '{"value":1.8}' })
    .waitFor()
  const failed = { status: 'failed', result: { error: 'Сензорът не отговаря' } }
  await say('flow_01', 'block_executed', block('b5', 'Помпа', failed))
  await page.getByTestId('execution-errors').getByText('Сензорът не отговаря').waitFor()
  await page.locator('[data-testid=step-row][data-step=b5][data-look=failed]').waitFor()

  await page.getByTestId('show-events').click()
  await page.getByTestId('event-row').filter({ hasText: 'action_template_started' }).first().waitFor()

  await say('flow_01', 'flow_status_changed', { status: 'stopped', executionSessionId: 's1' })
  await page.getByTestId('nav-executions').click()
  await page.locator('[data-testid=ended-row][data-execution=s1][data-status=stopped]').waitFor()
})

test('executions are narrowed down, and stay so', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '/executions')
  await flow(say)
  await workflow(say)
  await executionCard(page, 'e1').waitFor()
  await page.getByTestId('filter-kind').getByText('Workflows').click()
  await executionCard(page, 's1').waitFor({ state: 'detached' })
  await goTo(page, '/')
  await goTo(page, '/executions')
  await executionCard(page, 'e1').waitFor()
  expect(await page.getByTestId('execution-card').count()).toBe(1)
})

test('a workflow is drawn as a graph that says how each node does, also without a definition', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const page = await open(panel.url)
  await live(page)
  await workflow(say)
  await goTo(page, '/executions/wf_1/e1')
  await has(page.getByTestId('execution-header'), '25 %')
  await page.getByTestId('remaining').getByText('left').waitFor()
  const looks = () =>
    page.getByTestId('graph-node').evaluateAll((nodes) => nodes.map((each) => each.getAttribute('data-look')))
  await waitFor(async () => (await looks()).join() === 'completed,running,waiting,waiting', { what: 'the looks' })
  const places = await Promise.all(['n1', 'n2', 'n3', 'n4'].map((id) => node(page, id).boundingBox()))
  // One leads to two beside each other, which lead to one.
  const [first = 0, second = 0, third = 0, last = 0] = places.map((box) => box?.x ?? 0)
  expect([first < second, second === third, third < last]).toEqual([true, true, true])

  await say('wf_1', 'node:failed', {
    ...e1,
    nodeId: 'n2',
    category: 'connection',
    severity: 'high',
    error: 'ECONNREFUSED',
  })
  await say('wf_1', 'node:skipped', { ...e1, nodeId: 'n3' })
  await waitFor(async () => (await looks()).join() === 'completed,failed,skipped,waiting', { what: 'the looks' })
  const error = page.getByTestId('execution-error')
  for (const text of ['ECONNREFUSED', 'Connection', 'high', 'Camera']) await has(error, text)
  expect(await Promise.all(['n1', 'n2', 'n3', 'n4'].map((id) => node(page, id).boundingBox()))).toEqual(places)

  // Tab comes to one node; the arrows go on from it.
  await node(page, 'n1').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Home')
  await has(page.getByTestId('node-detail'), '{"items":3}')
  expect(await page.locator('[data-testid=graph-node][tabindex="0"]').count()).toBe(1)

  await say('wf_2', 'node:started', { executionId: 'e2', nodeId: 'x', nodeName: 'Unannounced' })
  await goTo(page, '/executions/wf_2/e2')
  await page.locator('[data-testid=workflow-graph][data-guessed=true]').getByText('Unannounced').waitFor()
})

test('a program is paused, resumed and stopped, and only when it says so itself', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const machine = await ControlMachine.start(panel, 'flow_01', { behaviour: 'ignore' })
  await flow(say)
  const [page, other] = await Promise.all([open(panel.url), open(panel.url)])
  await Promise.all([live(page), live(other)])
  await Promise.all([page, other].map((each) => goTo(each, '/executions/flow_01/s1')))
  await status(page, 'running')
  await page.locator('[data-testid=obstacle][data-obstacle=not_in_control]').waitFor()
  expect(await steer(page, 'pause').isDisabled()).toBe(true)
  await takeControl(page)

  await steer(page, 'pause').click()
  await machine.got(1)
  await progress(page, 'accepted').waitFor()
  await progress(other, 'accepted').waitFor()
  await status(page, 'running')
  expect(await steer(page, 'pause').isDisabled()).toBe(true)
  expect(await steer(page, 'stop').isDisabled()).toBe(false)
  machine.tell('flow_status_changed', { status: 'paused', executionSessionId: 's1' })
  await progress(page, 'confirmed').waitFor()
  await progress(other, 'confirmed').waitFor()
  await status(page, 'paused')

  await steer(page, 'resume').click()
  const [, resume] = await machine.got(2)
  if (!resume) throw new Error('no command')
  machine.answer(resume, 'failed', 'The door is open')
  await progress(page, 'failed').getByText('The door is open').waitFor()
  await status(page, 'paused')
  await steer(page, 'stop').click()
  await machine.got(3)
  machine.tell('flow_status_changed', { status: 'stopped', executionSessionId: 's1' })
  await progress(page, 'confirmed').waitFor()
  await status(page, 'stopped')
  expect(await steer(page, 'stop').count()).toBe(0)
  expect(machine.received.map(({ type }) => type)).toEqual(['pause', 'resume', 'stop'])
})

test('nothing can be steered in a replay, nor where the program has ended', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const machine = await ControlMachine.start(panel, 'wf_1', { behaviour: 'ignore' })
  await workflow(say)
  const page = await open(panel.url)
  await live(page)
  await goTo(page, '/executions/wf_1/e1')
  await takeControl(page)
  await waitFor(() => steer(page, 'pause').isEnabled(), { what: 'pause to be enabled' })
  await page.getByTestId('replay').click()
  await page.locator('[data-testid=app][data-replay=true]').waitFor()
  await page.locator('[data-testid=app][data-replay=true][data-may-act=false]').waitFor()
  await waitFor(async () => (await steer(page, 'pause').count()) === 0 || (await steer(page, 'pause').isDisabled()), {
    what: 'pause to be gone or disabled',
  })
  await page.getByTestId('back-to-live').click()
  await waitFor(() => steer(page, 'pause').isEnabled(), { what: 'pause to be enabled again' })
  machine.terminate()
  await status(page, 'stopped')
  expect(await steer(page, 'pause').count()).toBe(0)
  expect(machine.received).toEqual([])
})

/** A workflow engine that does what it is told, step by step as the test says. */
function engine(command: ReceivedCommand, machine: ControlMachine): void {
  const { payload, type } = command
  const executionId = payload['executionId']
  switch (type) {
    case 'workflow:validate':
      machine.tell('workflow:validation-result', { validationId: payload['validationId'], valid: true, totalNodes: 4 })
      break
    case 'workflow:execute':
      machine.tell('workflow:started', { executionId, workflowId: 'sample', totalNodes: 4, definition: DEFINITION })
      break
    case 'workflow:pause':
      machine.tell('workflow:paused', { executionId })
      break
    case 'workflow:resume':
      machine.tell('workflow:resumed', { executionId })
      break
    case 'workflow:cancel':
      machine.tell('workflow:cancelled', { executionId })
      break
    default:
      machine.answer(command, 'failed', `unknown ${type}`)
  }
}

test('a workflow is written, validated, executed, paused, resumed and cancelled', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const machine = await ControlMachine.start(panel, 'wf_1', { behaviour: engine })
  await say('wf_1', 'workflow:completed', { executionId: 'earlier' })
  const page = await open(panel.url)
  await live(page)
  await page.getByTestId('nav-executions').click()
  await page.locator('[data-testid=run-on][data-machine=wf_1]').click()
  await page.getByTestId('run-page').waitFor()
  await page.locator('[data-testid=obstacle][data-obstacle=not_in_control]').waitFor()
  expect(await page.getByTestId('run-execute').isDisabled()).toBe(true)
  await takeControl(page)
  await waitFor(() => page.getByTestId('run-execute').isEnabled(), { what: 'execute to be enabled' })

  const text = page.getByTestId('definition')
  const example = await text.inputValue()
  await text.fill('{\n  "id": }')
  await page.getByTestId('definition-mistake').getByText('line 2, column 9').waitFor()
  expect(await page.getByTestId('run-execute').isDisabled()).toBe(true)
  await text.fill('{"id":"a","nodes":[{"id":"x","type":"t"}],"edges":[{"from":"x","to":"y"}]}')
  await page.getByTestId('definition-mistake').getByText('/edges/0').waitFor()
  await text.fill(example)
  await page.getByTestId('definition-bytes').getByText('of 4,096 bytes').waitFor()

  await page.getByTestId('run-validate').click()
  const validation = page.getByTestId('validation-result')
  await progress(validation, 'confirmed').waitFor()
  await has(validation, '"valid": true')
  await page.getByTestId('run-execute').click()
  await progress(page.getByTestId('execution-result'), 'confirmed').waitFor()
  await page.getByTestId('show-run').click()
  await page.getByTestId('execution-page').waitFor()
  await node(page, 'n4').waitFor()

  await steer(page, 'pause').click()
  await status(page, 'paused')
  await progress(page, 'confirmed').waitFor()
  await steer(page, 'resume').click()
  await status(page, 'running')
  await steer(page, 'cancel').click()
  await status(page, 'cancelled')
  const given = machine.received.map(({ type }) => type)
  expect(given).toEqual([
    'workflow:validate',
    'workflow:execute',
    'workflow:pause',
    'workflow:resume',
    'workflow:cancel',
  ])
  const ids = new Set(machine.received.slice(1).map(({ payload }) => payload['executionId']))
  expect(ids.size).toBe(1)
})

test('a state diagram shows where a machine is, and stands still', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const page = await open(panel.url)
  await live(page)
  const went = (from: string, to: string, trigger: string): Promise<void> =>
    say('press_001', 'state_change', { from_state: from, to_state: to, event_trigger: trigger })
  await went('idle', 'pressing', 'start')
  await went('pressing', 'cooling', 'pressed')
  await went('cooling', 'idle', 'timeout(2)')
  await went('pressing', 'error', 'jam')
  await went('error', 'idle', 'reset')
  await goTo(page, '/machine/press_001')
  const diagram = page.getByTestId('state-diagram')
  const current = (state: string): Promise<void> =>
    diagram.locator(`[data-testid=diagram-state][data-state=${state}][data-current=true]`).waitFor()
  await current('idle')
  expect(await diagram.getByTestId('diagram-state').count()).toBe(4)
  expect(await diagram.locator('[data-edge][data-look=strong]').getAttribute('data-edge')).toBe('["error","idle"]')
  for (const trigger of ['start', 'pressed', 'timeout(2)', 'jam', 'reset']) await has(diagram, trigger)
  const places = () =>
    diagram
      .getByTestId('diagram-state')
      .evaluateAll((states) => states.map(({ parentElement }) => parentElement?.getAttribute('style')))
  const before = await places()
  await went('idle', 'pressing', 'start')
  await current('pressing')
  expect(await diagram.locator('[data-current=true]').count()).toBe(1)
  // More of the same than the panel remembers: what is rare stays where it was.
  for (let i = 0; i < 20; i += 1) {
    await went('pressing', 'cooling', 'pressed')
    await went('cooling', 'idle', 'timeout(2)')
    await went('idle', 'pressing', 'start')
  }
  await went('pressing', 'cooling', 'pressed')
  await current('cooling')
  expect(await places()).toEqual(before)
})

test('what a program says of its hardware reaches every viewer', async () => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  const pages = await Promise.all([open(panel.url), open(panel.url)])
  await Promise.all(pages.map(live))
  const health = (controllersOnline: number, criticalIssuesCount: number): Promise<void> =>
    say('flow_01', 'hardware_health_update', { controllersOnline, totalControllers: 4, criticalIssuesCount })
  expect(await pages[0].getByTestId('hardware-panel').count()).toBe(0)
  await health(4, 0)
  for (const page of pages)
    await page.locator('[data-testid=hardware][data-abnormal=false]').getByText('4 of 4').waitFor()
  await health(3, 2)
  for (const page of pages) {
    const said = page.locator('[data-testid=hardware][data-machine=flow_01][data-abnormal=true]')
    for (const text of ['3 of 4', '1 controller missing', '2 critical issues']) await has(said, text)
  }
  await card(pages[1], 'flow_01').click()
  await pages[1].getByTestId('machine-hardware').getByText('3 of 4').waitFor()
})

const PAGES = {
  overview: ['/', 'hardware-panel'],
  executions: ['/executions', 'execution-card'],
  flow: ['/executions/flow_01/s1', 'steps'],
  workflow: ['/executions/wf_1/e1', 'workflow-graph'],
  run: ['/run/wf_1', 'definition'],
  machine: ['/machine/press_001', 'state-diagram'],
} as const

test.each(THEMES)('axe finds nothing on any page of executions at any size, %s', async (theme) => {
  const panel = await startControlPanel()
  const say = sayer(panel)
  await flow(say)
  await workflow(say)
  await say('wf_1', 'node:failed', {
    ...e1,
    nodeId: 'n2',
    category: 'system',
    severity: 'critical',
    error: 'Out of memory',
  })
  await say('wf_1', 'workflow:failed', { executionId: 'e0', error: 'ECONNREFUSED' })
  await say('flow_01', 'hardware_health_update', { controllersOnline: 3, totalControllers: 4, criticalIssuesCount: 1 })
  for (const [from, to] of [
    ['idle', 'pressing'],
    ['pressing', 'idle'],
  ]) {
    await say('press_001', 'state_change', { from_state: from, to_state: to, event_trigger: 'go' })
  }
  const page = await open(panel.url, { stored: { theme }, reducedMotion: 'reduce' })
  await live(page)
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const [name, [hash, there]] of Object.entries(PAGES)) {
      await goTo(page, hash)
      await page.getByTestId(there).first().waitFor()
      await screenshot(page, `executions-${name}-${size}-${theme}`)
      expect([size, name, await axe(page)]).toEqual([size, name, []])
      expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
    }
  }
})

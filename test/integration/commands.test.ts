import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Command, CommandStatus } from '../../src/shared/command.ts'
import { isSettled } from '../../src/shared/command.ts'
import type { Reply } from '../../src/shared/messages.ts'
import { startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { PythonMachine } from '../support/python-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/** More than the kernel keeps for a program that does not read (net.unix.max_dgram_qlen is 10). */
const MORE_THAN_FITS = 14
/** A program that is there, but never reads. */
const NEVER = 600_000

async function operatorOf(panel: TestPanel, machine?: string): Promise<Viewer> {
  const viewer = new Viewer(panel.url)
  await viewer.live()
  if (machine !== undefined) await viewer.client.control({ action: 'request', machine })
  return viewer
}

async function stage(machine = 'press', tickMs = 0, args: readonly string[] = []) {
  const panel = await startControlPanel(args)
  const press = await PythonMachine.start(panel, machine, tickMs)
  return { panel, press, anna: await operatorOf(panel, machine) }
}

const ask = (
  { client }: Viewer,
  command: string,
  type = 'go',
  more: Partial<Parameters<Viewer['client']['command']>[0]> & { readonly payload?: Record<string, unknown> } = {},
): Promise<Reply | undefined> => {
  const { payload = {}, ...rest } = more
  return client.command({ command, machine: 'press', event: { type, payload }, ...rest })
}

const shown = ({ client }: Viewer, id: string): Command | undefined => client.replica.state.commands.get(id)

/** Waits until a viewer is shown the command so, and gives it back. */
const becomes = (viewer: Viewer, id: string, status: CommandStatus): Promise<Command> =>
  waitFor(
    () => {
      const command = shown(viewer, id)
      if (command && isSettled(command.status) && command.status !== status) {
        throw new Error(`${id} is ${command.status}: ${command.reason}`)
      }
      return command?.status === status ? command : null
    },
    { what: `${id} ${status}`, timeout: 25_000 },
  )

const idsOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${100 + i}`)

describe('[O3] each arrow of a command’s life, as another viewer sees it', () => {
  test('requested → accepted → confirmed: by a state, by a value, by a result', async () => {
    const { panel, press, anna } = await stage()
    const boris = await operatorOf(panel)
    expect(await ask(anna, 'command-1')).toMatchObject({ ok: true, command: { status: 'accepted' } })
    const first = await becomes(boris, 'command-1', 'confirmed')
    const cause = boris.events.find(({ offset }) => offset === first.settledBy)
    expect(cause).toMatchObject({ origin: 'machine', machine: 'press', type: 'state_change' })
    await anna.client.write({ command: 'command-2', machine: 'press', device: 'motor_01', tag: 'speed', value: 150 })
    await becomes(boris, 'command-2', 'confirmed')
    expect(boris.client.replica.state.devices.get('press\nmotor_01')?.tags).toMatchObject([
      { name: 'speed', value: 150, requested: null },
    ])
    await ask(anna, 'command-3', 'answer', { expectation: { kind: 'result' } })
    await becomes(boris, 'command-3', 'confirmed')
    const told = boris.events.filter(({ origin, family }) => origin !== 'machine' && family === 'command')
    expect(told.map(({ type, payload }) => [payload['id'], type])).toEqual(
      ['command-1', 'command-2', 'command-3'].flatMap((id) =>
        ['requested', 'accepted', 'confirmed'].map((step) => [id, `command_${step}`]),
      ),
    )
    expect(press.ids).toEqual(['command-1', 'command-2', 'command-3'])
  })

  test('accepted → failed, by the machine’s word', async () => {
    const { anna } = await stage()
    await ask(anna, 'command-1', 'fail')
    expect(await becomes(anna, 'command-1', 'failed')).toMatchObject({ reason: 'jammed' })
  })

  test('accepted → timed out, where the machine says nothing', async () => {
    const { press, anna } = await stage()
    await ask(anna, 'command-1', 'ignore', { timeout: 300 })
    expect(await becomes(anna, 'command-1', 'timed_out')).toMatchObject({
      reason: 'The machine did not confirm it in time.',
    })
    // Its late word changes nothing.
    await press.tell('command_result', { command_id: 'command-1', success: true })
    await press.tell('state_change', { to_state: 'late' })
    await waitFor(() => anna.client.replica.state.machines.get('press')?.state === 'late')
    expect(shown(anna, 'command-1')?.status).toBe('timed_out')
  })

  test('requested → timed out, where the machine never takes it; it is never sent', async () => {
    const { press, anna } = await stage('press', NEVER)
    for (const id of idsOf('filling', MORE_THAN_FITS)) await ask(anna, id, 'go', { timeout: 20_000 })
    await waitFor(() => idsOf('filling', MORE_THAN_FITS).some((id) => shown(anna, id)?.status === 'accepted'))
    expect(await ask(anna, 'command-1', 'go', { timeout: 300 })).toMatchObject({ command: { status: 'requested' } })
    expect(await becomes(anna, 'command-1', 'timed_out')).toMatchObject({
      reason: 'The machine did not take it in time.',
    })
    expect(press.ids).toEqual([])
  })

  test('requested → refused, at once where the machine has gone', async () => {
    const { press, anna } = await stage()
    await press.kill()
    expect(await ask(anna, 'command-1')).toMatchObject({
      ok: true,
      command: {
        status: 'refused',
        refusal: 'machine_gone',
        reason: 'The machine program does not listen for commands.',
      },
    })
  })

  test('[O10] requested → failed and accepted → failed, where the panel is started again', async () => {
    const dir = tempDir()
    const first = await startControlPanel([], { dir })
    const press = await PythonMachine.start(first, 'press', NEVER)
    const anna = await operatorOf(first, 'press')
    const ids = idsOf('filling', MORE_THAN_FITS)
    for (const id of ids) await ask(anna, id, 'go', { timeout: 60_000 })
    await waitFor(() => ids.filter((id) => shown(anna, id)?.status === 'accepted').length >= 10)
    anna.client.close()
    await first.close()

    const second = await startControlPanel([], { dir })
    const boris = await operatorOf(second)
    for (const id of ids) {
      expect(shown(boris, id)).toMatchObject({
        status: 'failed',
        settledBy: null,
        reason: 'The panel was restarted. Whether the machine did it is not known.',
      })
    }
    // [T5]
    expect([...boris.client.replica.state.control.values()]).toEqual([])
    expect(await ask(boris, ids[0] ?? '')).toMatchObject({ ok: true, command: { status: 'failed' } })
    expect(press.ids).toEqual([])
  })
})

test('[O2] a machine’s word about its commands’ lives and its control moves nothing', async () => {
  const { press, anna } = await stage()
  await ask(anna, 'command-1', 'ignore')
  for (const type of ['command_accepted', 'command_confirmed', 'command_failed', 'command_requested']) {
    for (const id of ['command-1', 'command-2']) await press.tell(type, { id, type: 'go', settled_by: 1 })
  }
  await press.tell('control_granted', { session: 'mine', holder: 'Mallory' })
  await press.tell('control_released', {})
  const { offset } = anna.client.replica.position ?? { offset: 0 }
  await anna.at(offset + 1)
  await waitFor(() => anna.events.some(({ type }) => type === 'control_released'))
  expect(shown(anna, 'command-1')?.status).toBe('accepted')
  expect(shown(anna, 'command-2')).toBeUndefined()
  expect(anna.client.replica.state.control.get('press')?.holder).not.toBe('Mallory')
})

test('[O4] a command that is sent when its machine dies is never shown as done, and the next one is refused', async () => {
  const { press, anna } = await stage()
  await ask(anna, 'command-1', 'die', { timeout: 500 })
  await press.child.ended()
  expect(press.ids).toEqual(['command-1'])
  await ask(anna, 'command-2')
  expect(await becomes(anna, 'command-2', 'refused')).toMatchObject({ refusal: 'machine_gone' })
  expect((await becomes(anna, 'command-1', 'timed_out')).settledBy).toBeNull()
})

test('[O6] commands that wait when their machine dies or says goodbye are refused', async () => {
  const { panel, press, anna } = await stage('press', NEVER)
  const ids = idsOf('waiting', MORE_THAN_FITS)
  for (const id of ids) await ask(anna, id, 'go', { timeout: 20_000 })
  await waitFor(() => ids.filter((id) => shown(anna, id)?.status === 'accepted').length >= 10)
  await press.kill()
  const last = await becomes(anna, ids.at(-1) ?? '', 'refused')
  expect(last.refusal).toBe('machine_gone')

  const oven = await PythonMachine.start(panel, 'oven')
  await anna.client.control({ action: 'request', machine: 'oven' })
  await ask(anna, 'command-1', 'terminate', {
    machine: 'oven',
    expectation: { kind: 'event', types: ['machine_terminated'], execution: null, status: null },
  })
  await becomes(anna, 'command-1', 'confirmed')
  expect(await ask(anna, 'command-2', 'go', { machine: 'oven' })).toMatchObject({
    command: { refusal: 'machine_gone' },
  })
  expect(oven.ids).toEqual(['command-1'])
})

test('[O1] an id is done once: from one viewer, from two, and after the link was lost', async () => {
  const panel = await startControlPanel()
  const press = await PythonMachine.start(panel, 'press')
  const raws: RawViewer[] = []
  const link = async (session?: object): Promise<RawViewer> => {
    const raw = await new RawViewer(panel.url).open()
    raw.hello(session ? { session } : {})
    await raw.message('snapshot')
    raws.push(raw)
    return raw
  }
  const message = { type: 'command', command: 'command-1', machine: 'press', event: { type: 'answer' } }
  const commands = (raw: RawViewer): unknown[] => raw.messages.flatMap(({ command }) => command ?? [])
  const [first, second] = [await link(), await link()]
  first.send({ type: 'control', id: 0, action: 'request', machine: 'press' })
  first.send({ ...message, id: 1 })
  first.send({ ...message, id: 2 })
  await waitFor(() => commands(first).length === 2)
  second.send({ ...message, id: 3 })
  await waitFor(() => commands(second).length === 1)
  const { session: id, key } = await first.message('welcome')
  first.socket.terminate()
  const again = await link({ id, key })
  again.send({ ...message, id: 4 })
  await waitFor(() => commands(again).length === 1)
  for (const command of raws.flatMap(commands)) expect(command).toMatchObject({ id: 'command-1', refusal: null })
  // What was sent before this one has arrived by then.
  again.send({ ...message, id: 5, command: 'command-2' })
  await press.has('command-2')
  expect(press.ids).toEqual(['command-1', 'command-2'])
})

test('[O1] an id that was sent is not sent again, whoever repeats it', async () => {
  const { panel, press, anna } = await stage()
  const boris = await operatorOf(panel)
  const replies = await Promise.all([anna, boris, anna, anna, boris].map((viewer) => ask(viewer, 'command-1')))
  // Boris may have been first: then it was refused for all, and nothing was sent.
  const { status } = await waitFor(() => {
    const command = shown(anna, 'command-1')
    return command && isSettled(command.status) ? command : null
  })
  for (const reply of replies) expect(reply).toMatchObject({ ok: true, command: { id: 'command-1' } })
  expect(press.ids).toEqual(status === 'confirmed' ? ['command-1'] : [])
  await ask(anna, 'command-2')
  await becomes(anna, 'command-2', 'confirmed')
  for (const viewer of [anna, boris]) {
    expect(await ask(viewer, 'command-2')).toMatchObject({ command: { status: 'confirmed' } })
    expect(await ask(viewer, 'command-2', 'other')).toMatchObject({ ok: false, error: { code: 'command_invalid' } })
  }
  expect(press.ids.filter((id) => id === 'command-2')).toHaveLength(1)
})

test('[O7] 4,096 bytes arrive whole, 4,097 are refused before sending', async () => {
  const { press, anna } = await stage()
  const room =
    4_096 -
    Buffer.byteLength(JSON.stringify({ type: 'go', payload: { text: '' }, job_id: null, command_id: 'command-1' }))
  await ask(anna, 'command-1', 'go', { payload: { text: 'x'.repeat(room) } })
  await becomes(anna, 'command-1', 'confirmed')
  expect(await ask(anna, 'command-2', 'go', { payload: { text: 'x'.repeat(room + 1) } })).toMatchObject({
    command: { refusal: 'too_long', reason: 'The command has 4097 bytes; a machine reads at most 4096.' },
  })
  expect(press.got).toEqual([{ id: 'command-1', bytes: 4_096 }])
})

test('[O7] a burst of 200 to a machine that reads one per 50 ms: all confirmed, in order, none twice', async () => {
  const { press, anna } = await stage('press', 50)
  const ids = idsOf('burst', 200)
  const replies = await Promise.all(ids.map((id) => ask(anna, id, 'go', { timeout: 60_000, payload: { to: id } })))
  expect(replies.every((reply) => reply?.ok)).toBe(true)
  await waitFor(() => shown(anna, ids.at(-1) ?? '')?.status === 'confirmed', { timeout: 60_000, what: 'the last one' })
  expect(press.ids).toEqual(ids)
  const confirmed = anna.events.filter(({ type }) => type === 'command_confirmed')
  expect(confirmed.map(({ payload }) => payload['id'])).toEqual(ids)
  // Each by its own transition.
  const causes = confirmed.map(({ payload }) => anna.events.find(({ offset }) => offset === payload['settled_by']))
  expect(causes.map((cause) => cause?.payload['to_state'])).toEqual(ids)
}, 90_000)

test('[O7] a machine whose queue is full all the time gets every command once and in order', async () => {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  writeFileSync(config, 'machines: { press: { pace: 0 } }\n')
  const { press, anna } = await stage('press', 20, ['--config', config])
  const ids = idsOf('burst', 60)
  await Promise.all(ids.map((id) => ask(anna, id, 'go', { timeout: 30_000, payload: { to: id } })))
  await becomes(anna, ids.at(-1) ?? '', 'confirmed')
  expect(press.ids).toEqual(ids)
  expect(ids.map((id) => shown(anna, id)?.status)).toEqual(ids.map(() => 'confirmed'))
})

test('[O8] what was under way for too long is refused, and nothing is sent', async () => {
  const { panel, press } = await stage()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  const { time } = (await raw.message('welcome')) as { time: number }
  const message = { type: 'command', id: 1, machine: 'press', event: { type: 'go' } }
  raw.send({ ...message, command: 'command-1', at: time - 60_000 })
  expect(await raw.message('reply')).toMatchObject({ command: { status: 'refused', refusal: 'too_late' } })
  expect(press.ids).toEqual([])
})

test('[O8] a viewer that has lost its link keeps no command for later', async () => {
  const { panel, press, anna } = await stage()
  await panel.close()
  expect(await ask(anna, 'command-1')).toBeUndefined()
  expect(press.ids).toEqual([])
})

describe('[O9] Stop', () => {
  const stop = ({ client }: Viewer, command = 'the-stop'): Promise<Reply | undefined> =>
    client.stop({ command, machine: 'press' })

  test('needs no control, and goes before 50 that wait, which are refused', async () => {
    const { panel, press, anna } = await stage('press', 300)
    const boris = await operatorOf(panel)
    const ids = idsOf('waiting', 50)
    await Promise.all(ids.map((id) => ask(anna, id, 'ignore', { timeout: 60_000 })))
    expect(await stop(boris)).toMatchObject({
      ok: true,
      commands: [{ id: 'the-stop', by: expect.any(String) as string }],
    })
    await press.has('the-stop')
    await becomes(boris, 'the-stop', 'confirmed')
    const statuses = ids.map((id) => shown(boris, id)?.refusal ?? shown(boris, id)?.status)
    const handed = statuses.filter((status) => status === 'accepted').length
    expect(statuses).toEqual([...ids.slice(0, handed).map(() => 'accepted'), ...ids.slice(handed).map(() => 'stopped')])
    expect(ids.length - handed).toBeGreaterThan(20)
    expect(press.ids).toEqual([...ids.slice(0, handed), 'the-stop'])
  })

  test('is tried with a machine that is silent, where a command is refused; what waited is not sent', async () => {
    const { panel, press, anna } = await stage('press', 0, ['--stale-after', '1'])
    const deaf = await PythonMachine.start(panel, 'deaf', NEVER)
    await anna.client.control({ action: 'request', machine: 'deaf' })
    const ids = idsOf('waiting', MORE_THAN_FITS)
    await Promise.all(ids.map((id) => ask(anna, id, 'go', { machine: 'deaf', timeout: 30_000 })))
    const silent = (name: string): Promise<unknown> =>
      waitFor(() => anna.client.replica.state.machines.get(name)?.staleSince, { what: `${name} to be stale` })
    await Promise.all([silent('press'), silent('deaf')])
    expect(await becomes(anna, ids.at(-1) ?? '', 'refused')).toMatchObject({ refusal: 'machine_stale' })
    expect(deaf.ids).toEqual([])

    expect(await ask(anna, 'command-1')).toMatchObject({ command: { refusal: 'machine_stale' } })
    await stop(anna)
    await becomes(anna, 'the-stop', 'confirmed')
    expect(press.ids).toEqual(['the-stop'])
  })
})

test('[O6] an interlock that begins to hold while commands wait refuses them', async () => {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  writeFileSync(
    config,
    `interlocks:
  - name: Door
    machine: press
    when: [{ machine: door, state: [open] }]
    reason: The door is open.
`,
  )
  const { panel, press, anna } = await stage('press', NEVER, ['--config', config])
  expect(await ask(anna, 'command-1')).toMatchObject({ command: { refusal: 'interlocked' } })
  const door = await PythonMachine.start(panel, 'door')
  await door.tell('state_change', { to_state: 'closed' })
  await waitFor(() => anna.client.replica.state.machines.get('door')?.state === 'closed')
  const ids = idsOf('waiting', MORE_THAN_FITS)
  for (const id of ids) await ask(anna, id, 'go', { timeout: 30_000 })
  await waitFor(() => ids.filter((id) => shown(anna, id)?.status === 'accepted').length >= 10)
  expect(shown(anna, ids.at(-1) ?? '')?.status).toBe('requested')
  await door.tell('state_change', { to_state: 'open' })
  expect(await becomes(anna, ids.at(-1) ?? '', 'refused')).toMatchObject({ reason: 'Door: The door is open.' })
  expect(press.ids).toEqual([])
})

test('[O2] [C1] commands of a viewer that watches something else are answered, but not told of', async () => {
  const { panel, press, anna } = await stage()
  await anna.client.control({ action: 'release', machine: 'press' })
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: ['machine:other'] })
  await raw.message('snapshot')
  raw.send({ type: 'control', id: 1, action: 'request', machine: 'press' })
  raw.send({ type: 'command', id: 2, command: 'command-1', machine: 'press', event: { type: 'go' } })
  await becomes(anna, 'command-1', 'confirmed')
  raw.send({ type: 'command', id: 3, command: 'command-1', machine: 'press', event: { type: 'go' } })
  await waitFor(() => raw.messages.filter(({ type }) => type === 'reply').length === 3)
  expect(raw.messages.filter(({ type }) => type === 'reply')).toMatchObject([
    { id: 1, ok: true, at: null },
    { id: 2, ok: true, command: { status: 'accepted' } },
    { id: 3, ok: true, command: { status: 'confirmed' } },
  ])
  expect(raw.messages.filter(({ type }) => type === 'events')).toEqual([])
  expect(press.ids).toEqual(['command-1'])
})

test('[N1] [O6] the description is reloaded under a load of commands: each goes by what is in force, once and in order', async () => {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  const described = (version: number, locked: boolean): string =>
    `machines: { press: { label: "${version}", pace: 5 } }\n${
      locked
        ? 'interlocks: [{ name: Lock, machine: press, commands: [go], when: [{ machine: door, state: [idle] }], reason: Locked. }]\n'
        : ''
    }`
  const replace = (text: string): void => {
    writeFileSync(`${config}.new`, text)
    renameSync(`${config}.new`, config)
  }
  replace(described(0, false))
  // A locked command is refused at once: the load is then faster than one viewer may send.
  const { press, anna, panel } = await stage('press', 0, ['--config', config, '--messages-per-second', '10000'])
  let label: string | undefined
  anna.client.listen({ plant: ({ machines }) => (label = machines?.['press']?.label) })
  await PythonMachine.start(panel, 'door')
  const asked: string[] = []
  const over = new AbortController()
  const load = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const id = `command-${1_000 + asked.length}`
      // So many are on their way at a time.
      const before = asked.at(-20)
      if (before !== undefined) await waitFor(() => isSettled(shown(anna, before)?.status ?? 'failed'))
      asked.push(id)
      await ask(anna, id, 'go', { timeout: 20_000, payload: { to: id } })
    }
  }
  const loading = load()
  for (let version = 1; version <= 4; version += 1) {
    // One that is wrong in between changes nothing.
    if (version === 3) replace('machines: nonsense\n')
    replace(described(version, version % 2 === 1))
    await waitFor(() => label === String(version), { what: `version ${version}`, timeout: 25_000 })
    const mark = asked.length
    await waitFor(() => asked.length > mark + 5)
  }
  over.abort()
  await loading
  await ask(anna, 'the-last-one', 'go', { timeout: 20_000 })
  await becomes(anna, 'the-last-one', 'confirmed')
  const events = anna.events.filter(({ origin }) => origin !== 'machine')
  const told = (type: string): unknown[] =>
    events.flatMap((event) =>
      event.type === type && event.payload['id'] !== 'the-last-one' ? [event.payload['id']] : [],
    )
  expect(told('command_requested')).toEqual(asked)
  const settled = [...told('command_confirmed'), ...told('command_refused')]
  expect(settled).toHaveLength(asked.length)
  expect(new Set(settled)).toEqual(new Set(asked))
  expect(told('command_refused').length).toBeGreaterThan(0)
  expect(new Set(events.map(({ payload }) => payload['refusal']).filter(Boolean))).toEqual(new Set(['interlocked']))
  expect(press.ids).toEqual([...told('command_accepted'), 'the-last-one'])
  expect(told('command_accepted')).toEqual(told('command_confirmed'))
})

test('[B1] a message that nests without end ends no panel', async () => {
  const { panel, anna } = await stage()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  raw.send(
    `{"type":"command","id":1,"command":"command-1","machine":"press","event":{"type":"go","payload":{"a":${nested}}}}`,
  )
  expect(await raw.message('error')).toMatchObject({ error: { code: 'bad_message' } })
  await ask(anna, 'command-2')
  await becomes(anna, 'command-2', 'confirmed')
})

test('[O6] a viewer that floods the panel with commands is refused, and others go on', async () => {
  const { panel, press, anna } = await stage('press', 0, ['--messages-per-second', '10000'])
  const flood = await new RawViewer(panel.url).open()
  flood.hello()
  await flood.message('snapshot')
  for (let i = 0; i < 2_000; i += 1) {
    flood.send({ type: 'command', id: i, command: `flooding-${i}`, machine: 'press', event: { type: 'go' } })
  }
  await ask(anna, 'command-1')
  await becomes(anna, 'command-1', 'confirmed')
  await waitFor(() => flood.messages.filter(({ type }) => type === 'reply').length === 2_000)
  const refusals = flood.messages.flatMap(({ type, command }) =>
    type === 'reply' ? [(command as Command).refusal] : [],
  )
  expect(new Set(refusals)).toEqual(new Set(['not_in_control']))
  expect(press.ids).toEqual(['command-1'])
})

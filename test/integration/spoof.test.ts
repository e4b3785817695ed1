import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ControlMachine, startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { python } from '../support/python.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const COMMAND = 'command-1'

/** What somebody could say that is for the panel, an operator or another machine to say. */
const LIES: readonly (readonly [type: string, payload: object])[] = [
  ...['accepted', 'confirmed', 'refused', 'failed', 'timed_out'].map(
    (step) => [`command_${step}`, { id: COMMAND, reason: 'lie', settled_by: 1 }] as const,
  ),
  ['command_requested', { id: 'command-2', type: 'go', payload: {}, by: 'Anna', session: 's', expectation: {} }],
  ['command_result', { command_id: COMMAND, id: COMMAND, success: true, status: 'success' }],
  ['control_granted', { session: 'mine', holder: 'Boris', local: true }],
  ['control_released', { session: 'mine' }],
  ['control_requested', { session: 'mine', by: 'Boris' }],
  ['alarm_acknowledged', { alarm: 'press/error', by: 'Anna' }],
  ['alarm_cleared', { alarm: 'press/error' }],
  ['alarm_shelved', { alarm: 'press/error', by: 'Anna', until: 4e12, reason: 'lie' }],
  ['alarm_out_of_service', { alarm: 'press/error', by: 'Anna', reason: 'lie' }],
  ['alarm_raised', { alarm: 'andon/journal_io', source: 'panel', priority: 'critical', message: 'lie' }],
  ['machine_stale', { last_event_at: 1 }],
  ['panel_started', {}],
]

/** Ways to claim that somebody else said it. */
const CLAIMS: readonly ((type: string, payload: object) => object | string)[] = [
  (type, payload) => ({ type, payload }),
  (type, payload) => ({ type, payload: { ...payload, machine: 'press', machine_name: 'press', origin: 'panel' } }),
  (type, payload) => ({ type, payload, origin: 'operator', offset: 1, time: 0 }),
  (type, payload) => ({
    event_type: type,
    payload,
    origin: 'panel',
    machine: 'press',
    body: { machine_name: 'press' },
  }),
  (type, payload) =>
    `"type":${JSON.stringify(type)},"payload":${JSON.stringify(payload)},"__proto__":{"origin":"panel","machine_name":"press"},"constructor":{"prototype":{"origin":"panel"}}`,
  // Were its text taken apart in place of being parsed, this would be another event.
  (type, payload) => ({ type, payload, x: `}},{"offset":1,"time":0,"origin":"panel","body":{"machine_name":"press"` }),
]

const lies = (machine: string): string[] =>
  LIES.flatMap(([type, payload]) =>
    CLAIMS.map((claim) => {
      const told = claim(type, payload)
      const name = `"machine_name":${JSON.stringify(machine)},`
      return `{${name}${typeof told === 'string' ? told : JSON.stringify(told).slice(1, -1)}}`
    }),
  )

/** A machine with an alarm, in Anna's control, with a command that is under way. */
async function stage(args: readonly string[] = [], dir = tempDir()) {
  const panel = await startControlPanel(args, { dir })
  const press = await ControlMachine.start(panel, 'press', { behaviour: 'ignore' })
  press.tell('error', { error_message: 'It is jammed.' })
  const anna = new Viewer(panel.url)
  await anna.live()
  await anna.client.control({ action: 'request', machine: 'press' })
  await anna.client.command({ command: COMMAND, machine: 'press', event: { type: 'go' } })
  await press.got(1)
  await waitFor(() => anna.client.replica.state.alarms.has('press/error'))
  await waitFor(() => anna.client.replica.state.commands.get(COMMAND)?.status === 'accepted')
  return { panel, press, anna, dir }
}

/** What only the panel and operators decide, as a viewer is shown it. */
const decided = ({ client }: Viewer) => {
  const { commands, control } = client.replica.state
  // A machine may raise alarms of its own (M4), and they are shown as its own.
  const alarms = [...client.replica.state.alarms].filter(([, { source }]) => source !== 'event')
  return structuredClone({ commands: [...commands], control: [...control], alarms })
}

/** Who said what of a machine, as the journal has it, but for its own alarms. */
const saidOf = async (panel: TestPanel, machine: string): Promise<string[]> => {
  const answer = await panel.ask({ path: `/api/v1/events?machine=${machine}&limit=1000&order=asc` })
  const text = Buffer.concat((await answer.body.toArray()) as Buffer[]).toString()
  const { events } = JSON.parse(text) as { events: { origin: string; body: { type?: string; event_type?: string } }[] }
  return events
    .map(({ origin, body }) => `${origin} ${body.type ?? body.event_type ?? ''}`)
    .filter((said) => said !== 'panel alarm_raised')
}

describe('[E3] a datagram is the word of a machine, whatever it says', () => {
  test('another machine settles no command, takes no control, moves no alarm', async () => {
    const { panel, anna, dir } = await stage()
    const before = decided(anna)
    const machine = structuredClone(anna.client.replica.state.machines.get('press'))
    const sender = unixSender(panel.socket)
    const told = lies('thief')
    for (const text of told) await sender.send(text)
    await sender.send(datagram('thief', 'the_end'))
    await waitFor(() => anna.events.some(({ type }) => type === 'the_end'))
    expect(panel.health().listeners[0]).toMatchObject({ refused: {}, errors: 0 })
    const heard = anna.events.filter((event) => event.machine === 'thief')
    expect(heard.filter(({ origin }) => origin === 'machine')).toHaveLength(told.length + 1)
    for (const { type, payload } of heard.filter(({ origin }) => origin !== 'machine')) {
      expect([type, payload['alarm']]).toEqual(['alarm_raised', 'thief/event/andon%2Fjournal_io'])
    }
    expect(decided(anna)).toEqual(before)
    expect(anna.client.replica.state.machines.get('press')).toEqual(machine)
    expect(anna.client.replica.state.machines.get('thief')).toMatchObject({ staleSince: null })
    await waitFor(() => panel.health().journal.durable === panel.health().offset, { what: 'the journal' })
    const said = await saidOf(panel, 'thief')
    expect(said).toHaveLength(told.length + 1)
    expect(said.filter((each) => !each.startsWith('machine '))).toEqual([])

    // What is in the journal says so, too.
    await panel.close()
    const again = await startControlPanel([], { dir })
    expect(await saidOf(again, 'thief')).toEqual(said)
    const later = new Viewer(again.url)
    await later.live()
    expect([...later.client.replica.state.commands.keys()]).toEqual([COMMAND])
    expect(later.client.replica.state.alarms.get('press/error')?.state).toBe('unacknowledged')
    expect([...later.client.replica.state.control.keys()]).toEqual([])
  })

  test('not even the machine itself does, but for a result of its own command', async () => {
    const { panel, press, anna } = await stage()
    const before = decided(anna)
    const sender = unixSender(panel.socket)
    const told = lies('press').filter((text) => !text.includes('command_result'))
    for (const text of told) await sender.send(text)
    await sender.send(datagram('press', 'the_end'))
    await waitFor(() => anna.events.some(({ type }) => type === 'the_end'))
    expect(decided(anna)).toEqual(before)
    press.tell('command_result', { command_id: COMMAND, success: true })
    await waitFor(() => anna.client.replica.state.commands.get(COMMAND)?.status === 'confirmed')
  })

  test('[D8] nobody speaks in the name of the panel', async () => {
    const { panel, anna } = await stage()
    const before = decided(anna)
    const sender = unixSender(panel.socket)
    const told = lies('andon')
    for (const text of told) await sender.send(text)
    await sender.send(datagram('thief', 'the_end'))
    await waitFor(() => anna.events.some(({ type }) => type === 'the_end'))
    expect(panel.health().listeners[0]?.refused).toEqual({ machine_not_allowed: told.length })
    expect(anna.events.filter(({ machine, origin }) => machine === 'andon' && origin === 'machine')).toEqual([])
    expect(anna.client.replica.state.machines.has('andon')).toBe(false)
    expect(decided(anna)).toMatchObject({ commands: before.commands, control: before.control })
  })
})

describe('[D8] two parties with a socket each', () => {
  const tenants = (dir: string, groups: readonly [string, string] | null = null): string[] => {
    const [east, west] = ['east', 'west'].map((name, i) => {
      const group = groups ? `, group: "${groups[i] ?? ''}"` : ''
      return `  - { path: ${join(dir, `${name}.sock`)}, mode: "0620", machines: [${name}_*]${group} }\n`
    })
    const file = join(dir, 'andon.yaml')
    writeFileSync(file, `events_sockets:\n  - ${join(dir, 'events.sock')}\n${east ?? ''}${west ?? ''}`)
    return ['--config', file]
  }

  test('neither can write of the other’s machines; what is refused is counted and shown', async () => {
    const dir = tempDir()
    const panel = await startControlPanel(tenants(dir), { dir })
    const viewer = new Viewer(panel.url)
    await viewer.live()
    const [east, west] = [unixSender(join(dir, 'east.sock')), unixSender(join(dir, 'west.sock'))]
    await east.send(datagram('east_press', 'state_change', { to_state: 'good' }))
    await west.send(datagram('west_press', 'state_change', { to_state: 'good' }))
    await east.send(datagram('west_press', 'state_change', { to_state: 'bad' }))
    await east.send(datagram('west_press', 'machine_terminated'))
    await west.send(datagram('east_press', 'command_result', { command_id: COMMAND, success: true }))
    await west.send(datagram('other', 'tick'))
    await waitFor(() => panel.health().listeners.reduce((sum, { received }) => sum + received, 0) === 6)
    await viewer.at(2)
    expect(panel.health().listeners.slice(-2)).toMatchObject([
      { address: join(dir, 'east.sock'), accepted: 1, refused: { machine_not_allowed: 2 } },
      { address: join(dir, 'west.sock'), accepted: 1, refused: { machine_not_allowed: 2 } },
    ])
    expect(panel.health().refusedSamples).toMatchObject([
      { listener: join(dir, 'east.sock'), reason: 'machine_not_allowed' },
      { listener: join(dir, 'west.sock'), reason: 'machine_not_allowed' },
    ])
    const { machines } = viewer.client.replica.state
    expect([...machines.values()].map(({ name, state }) => [name, state])).toEqual([
      ['east_press', 'good'],
      ['west_press', 'good'],
    ])
  })

  // Only root can become somebody else.
  test.runIf(process.getuid?.() === 0)('who is not in a socket’s group cannot even write to it', async () => {
    const dir = tempDir()
    chmodSync(dir, 0o755)
    const panel = await startControlPanel(tenants(dir, ['4242', '4243']), { dir })
    const send = `
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[3].encode(), sys.argv[1])
    print("sent")
except PermissionError:
    print("not allowed")
`
    const said = (socket: string, group: string) =>
      python(send, [join(dir, socket), group, datagram('east_press', 'tick')])
    expect(await said('east.sock', '4242')).toContain('sent')
    expect(await said('east.sock', '4243')).toContain('not allowed')
    expect(await said('west.sock', '4242')).toContain('not allowed')
    await waitFor(() => panel.health().offset === 1)
  })
})

import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createSocket } from 'node:dgram'
import { Value } from 'typebox/value'
import { build } from 'vite'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { garbage } from '../../src/demo/garbage.ts'
import { type PlantOptions, startPlant } from '../../src/demo/plant.ts'
import { UnixSocket } from '../../src/demo/unix-socket.ts'
import {
  type Datagram,
  DatagramSchema,
  datagramPayload,
  datagramType,
  type Payload,
} from '../../src/shared/datagram.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

interface Heard {
  readonly machine: string
  readonly type: string | undefined
  readonly payload: Payload
}

/** A panel that only listens: what it took as datagrams, and the bytes of everything. */
function listen(path: string) {
  const heard: Heard[] = []
  const bytes: Buffer[] = []
  const socket = new UnixSocket((received) => {
    bytes.push(received)
    const view = viewOf(received)
    if (view) heard.push(view)
  })
  expect(socket.bind(path)).toBeUndefined()
  onTestFinished(() => socket.close())
  const find = (machine: string, type: string, wanted: Payload = {}) =>
    waitFor(
      () =>
        heard.find(
          (one) =>
            one.machine === machine &&
            one.type === type &&
            Object.entries(wanted).every(([key, value]) => one.payload[key] === value),
        ),
      { what: `${type} from ${machine} with ${JSON.stringify(wanted)}` },
    )
  return { heard, bytes, find, close: () => socket.close() }
}

function viewOf(bytes: Buffer): Heard | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (!Value.Check(DatagramSchema, value)) return undefined
  const datagram: Datagram = value
  return { machine: datagram.machine_name, type: datagramType(datagram), payload: datagramPayload(datagram) }
}

function start(options: Partial<PlantOptions> = {}) {
  const dir = tempDir()
  const eventsSocket = join(dir, 'events.sock')
  const controlPrefix = join(dir, 'control-')
  const reports: string[] = []
  const panel = listen(eventsSocket)
  const plant = startPlant({
    eventsSocket,
    controlPrefix,
    seed: 5,
    speed: 5,
    report: (line) => reports.push(line),
    ...options,
  })
  onTestFinished(() => plant.close())
  const socket = new UnixSocket()
  onTestFinished(() => socket.close())
  const command = (machine: string, type: string, payload: Payload = {}, id?: string): string | undefined =>
    socket.send(
      Buffer.from(JSON.stringify({ type, payload, job_id: null, command_id: id })),
      `${controlPrefix}${machine}.sock`,
    )
  return {
    ...panel,
    plant,
    dir,
    eventsSocket,
    controlPrefix,
    reports,
    command,
    misbehave: (order: Payload) => command('plant', 'misbehave', order),
    controls: () => readdirSync(dir).filter((name) => name.startsWith('control-')),
  }
}

const CONTROLLED = ['cell_1', 'flow_01', 'lamp', 'plant', 'press_001', 'press_002', 'press_003', 'wf_1']

describe('the plant', () => {
  test('sends from every program, listens for every program that takes commands, and leaves nothing behind', async () => {
    const { plant, heard, find, controls, dir, bytes } = start()
    await waitFor(() => plant.machines.every((machine) => heard.some((one) => one.machine === machine)))
    expect(controls().toSorted()).toEqual(CONTROLLED.map((machine) => `control-${machine}.sock`))
    expect(statSync(join(dir, 'control-lamp.sock')).mode & 0o777).toBe(0o660)
    await find('press_002', 'machine_registered')
    expect(bytes.some((one) => one.toString().startsWith('{"machine_name":"press_002","event_type":"'))).toBe(true)
    await plant.close()
    for (const machine of plant.machines) await find(machine, 'machine_terminated')
    expect(controls()).toEqual([])
    expect(heard.length).toBe(bytes.length)
  })

  test('obeys on its control sockets', async () => {
    const { command, find } = start()
    expect(command('lamp', 'stop')).toBeUndefined()
    await find('lamp', 'activity_log', { message: 'Received stop' })
    command('press_001', 'jam')
    await find('press_001', 'state_change', { to_state: 'fault', event_trigger: 'jam' })
    command('press_001', 'reset')
    await find('press_001', 'state_change', { from_state: 'fault', event_trigger: 'reset' })
    command('cell_1', 'device_control', { device_id: 'motor_01', speed: 150 })
    await find('cell_1', 'device_update', { device_id: 'motor_01', changed: true })
    command('flow_01', 'pause')
    await find('flow_01', 'flow_status_changed', { status: 'paused' })
    const workflowDefinition = {
      id: 'mine',
      name: 'Mine',
      nodes: ['a', 'b', 'c'].map((id) => ({ id, type: 'task', duration: 50 })),
      edges: [
        { from: 'a', to: 'c' },
        { from: 'b', to: 'c' },
      ],
    }
    command('wf_1', 'workflow:execute', { workflowDefinition, executionId: 'e1' }, 'c-1')
    await find('wf_1', 'workflow:started', { executionId: 'e1', workflowId: 'mine', totalNodes: 3 })
    await find('wf_1', 'workflow:result', { executionId: 'e1', success: true })
  })

  test('says by the command’s id what it refuses, where the program is modern', async () => {
    const { command, find } = start()
    const result = async (machine: string, id: string, reason: string): Promise<void> => {
      const { payload } = await find(machine, 'command_result', { command_id: id })
      expect(payload).toEqual({ command_id: id, success: false, reason })
    }
    command('cell_1', 'device_control', { device_id: 'motor_01', speed: 256 }, 'c-range')
    await result('cell_1', 'c-range', 'motor_01: speed must be an integer from 0 to 255')
    command('cell_1', 'device_control', { device_id: 'temp_01', temperature: 1 }, 'c-sensor')
    await result('cell_1', 'c-sensor', 'temp_01 is read-only')
    command('flow_01', 'resume', {}, 'c-resume')
    await result('flow_01', 'c-resume', 'Nothing to resume: it is not paused')
    command('wf_1', 'workflow:validate', { workflowDefinition: { id: 'w', nodes: [] }, validationId: 'v1' }, 'c-valid')
    await find('wf_1', 'workflow:validation-error', { validationId: 'v1' })
    await result('wf_1', 'c-valid', 'nodes: must be a list of at least one node')
  })

  test('has as many cells as it is told to, and says how its hardware is', async () => {
    const { command, find } = start({ cells: 2 })
    command('cell_2', 'device_control', { device_id: 'valve_02', state: true })
    const { payload: valve } = await find('cell_2', 'device_update', { device_id: 'valve_02', changed: true })
    expect(valve['new_state']).toEqual({ value: true })
    const { payload: health } = await find('flow_01', 'hardware_health_update')
    expect(health).toMatchObject({
      controllersOnline: 4,
      totalControllers: 4,
      criticalIssuesCount: 0,
      hasIssues: false,
    })
  })

  test('goes on while the panel is away, says so once, and is heard again when it is back', async () => {
    const { close, eventsSocket, reports, plant, command } = start()
    close()
    await waitFor(() => plant.counts.away > 3)
    expect(reports.filter((line) => line.startsWith('the panel is away')).length).toBe(1)
    rmSync(eventsSocket)
    const back = listen(eventsSocket)
    await waitFor(() => back.heard.length > 3)
    expect(reports.filter((line) => line.startsWith('the panel is back')).length).toBe(1)
    expect(command('lamp', 'wake_up')).toBeUndefined()
    await back.find('lamp', 'activity_log', { message: 'Received wake_up' })
  })

  test('refuses a socket that is in use, or too long, and leaves nothing behind', () => {
    const { eventsSocket, controlPrefix, dir, controls } = start()
    expect(() => startPlant({ eventsSocket, controlPrefix })).toThrow('in use by a running program')
    expect(controls().length).toBe(CONTROLLED.length)
    expect(() => startPlant({ eventsSocket: `${dir}/${'e'.repeat(100)}`, controlPrefix })).toThrow('too long')
    expect(() => startPlant({ eventsSocket, controlPrefix: `${dir}/${'c'.repeat(90)}` })).toThrow('too long')
    const other = join(dir, 'other-')
    const squatter = new UnixSocket()
    onTestFinished(() => squatter.close())
    expect(squatter.bind(`${other}cell_1.sock`)).toBeUndefined()
    expect(() => startPlant({ eventsSocket, controlPrefix: other })).toThrow('in use by a running program')
    expect(readdirSync(dir).filter((name) => name.startsWith('other-'))).toEqual(['other-cell_1.sock'])
  })

  test('sends over UDP where it is told to', async () => {
    const machines = new Set<string>()
    const panel = createSocket('udp4', (bytes) => machines.add(viewOf(bytes)?.machine ?? 'nobody'))
    onTestFinished(() => {
      panel.close()
    })
    await new Promise<void>((done) => panel.bind(0, '127.0.0.1', done))
    const { plant } = start({ udp: { host: '127.0.0.1', port: panel.address().port } })
    await waitFor(() => machines.size >= plant.machines.length)
    expect(machines).toEqual(new Set(plant.machines))
  })
})

describe('misbehaviour', () => {
  test('burst', async () => {
    const { misbehave, find, plant, heard } = start()
    misbehave({ kind: 'burst', machine: 'press_003', count: 2_000 })
    await find('press_003', 'burst_sample', { index: 0, count: 2_000 })
    await waitFor(() => plant.counts.sent + plant.counts.full > 2_000)
    expect(heard.some((one) => one.type === 'burst_sample')).toBe(true)
  })

  test('garbage', async () => {
    const { misbehave, bytes, heard, find } = start()
    // unix-dgram reads 65,536 bytes of a datagram.
    const received = (wanted: Buffer): boolean => bytes.some((one) => one.equals(wanted.subarray(0, 65_536)))
    let rounds = 0
    await waitFor(() => {
      const missing = garbage().filter((one) => !received(one.bytes))
      // What finds the queue full is lost, as from a real machine: it comes with the next round.
      if (missing.length > 0 && heard.filter(({ type }) => type === 'constructor').length === rounds) {
        misbehave({ kind: 'garbage' })
        rounds += 1
      }
      return missing.length === 0
    })
    expect((await find('__proto__', 'constructor')).payload).toBeDefined()
  })

  test('crash leaves the socket and says nothing; restart says nothing either and goes on', async () => {
    const { misbehave, command, heard, find, controls } = start()
    await find('press_001', 'machine_registered')
    misbehave({ kind: 'crash', machine: 'press_001' })
    await waitFor(() => command('press_001', 'wake_up') === 'ECONNREFUSED', { what: 'the crash' })
    expect(controls()).toContain('control-press_001.sock')
    misbehave({ kind: 'restart', machine: 'press_001' })
    await waitFor(() => command('press_001', 'after_the_crash') === undefined, { what: 'the restart' })
    await find('press_001', 'activity_log', { message: 'Received after_the_crash' })
    const types = heard.filter((one) => one.machine === 'press_001').map((one) => one.type)
    expect(types.filter((type) => type === 'machine_registered').length).toBe(1)
    expect(types).not.toContain('machine_terminated')
  })

  test('a crashed plant still ends clean, and well starts what has crashed', async () => {
    const { misbehave, command, plant, heard, find, controls } = start()
    misbehave({ kind: 'crash', machine: 'lamp' })
    await waitFor(() => command('lamp', 'go') === 'ECONNREFUSED')
    heard.length = 0
    misbehave({ kind: 'well' })
    await find('lamp', 'machine_registered')
    misbehave({ kind: 'crash', machine: 'press_002' })
    await waitFor(() => command('press_002', 'start') === 'ECONNREFUSED')
    await plant.close()
    expect(controls()).toEqual([])
    expect(heard.some((one) => one.machine === 'press_002' && one.type === 'machine_terminated')).toBe(false)
  })

  test('stall', async () => {
    const { misbehave, command, heard, find, reports } = start()
    misbehave({ kind: 'stall', machine: 'gateway', seconds: 10 })
    await waitFor(() => reports.includes('misbehave: gateway stalls for 10 s'))
    heard.length = 0
    command('lamp', 'wake_up')
    await find('lamp', 'activity_log')
    expect(heard.some((one) => one.machine === 'gateway')).toBe(false)
    await find('gateway', 'connection_event')
  })

  test('refuse: one machine or all, until all is well', async () => {
    const { misbehave, command, find, reports } = start()
    misbehave({ kind: 'refuse', reason: 'Locked out' })
    await waitFor(() => reports.includes('misbehave: wf_1 refuses every command'))
    expect(reports).not.toContain('misbehave: gateway refuses every command')
    command('lamp', 'stop')
    await find('lamp', 'error', { error_message: 'Refused stop: Locked out' })
    command('cell_1', 'device_control', { device_id: 'motor_01', speed: 9 }, 'c-1')
    await find('cell_1', 'command_result', { command_id: 'c-1', success: false, reason: 'Locked out' })
    misbehave({ kind: 'well' })
    await waitFor(() => reports.includes('misbehave: all is well again'))
    command('cell_1', 'device_control', { device_id: 'valve_01', state: true }, 'c-2')
    await find('cell_1', 'device_update', { device_id: 'valve_01', changed: true })
  })

  test('ignore: takes a command and does nothing, for as long as it is told to', async () => {
    const { misbehave, command, find, heard, reports } = start()
    misbehave({ kind: 'ignore', machine: 'flow_01', for: 10 })
    await waitFor(() => reports.includes('misbehave: flow_01 ignores every command'))
    const said = () => heard.filter(({ type }) => type === 'flow_status_changed' || type === 'command_result')
    command('flow_01', 'pause', {}, 'c-1')
    await find('flow_01', 'activity_log', { message: 'Received pause' })
    await waitFor(
      () => {
        command('flow_01', 'pause', {}, 'c-2')
        return said().length > 0
      },
      { what: 'the pause' },
    )
    expect(said().some(({ payload }) => payload['command_id'] === 'c-1')).toBe(false)
  })

  test('late: obeys, and says so later', async () => {
    const { misbehave, command, find, heard, reports } = start()
    misbehave({ kind: 'late', machine: 'cell_1', seconds: 10 })
    await waitFor(() => reports.includes('misbehave: cell_1 obeys, but it is heard 10 s late'))
    command('cell_1', 'device_control', { device_id: 'valve_01', state: true })
    await find('cell_1', 'activity_log', { message: 'Received device_control' })
    await find('cell_1', 'device_update', { device_id: 'valve_01', changed: true })
    const said = heard.filter(({ machine }) => machine === 'cell_1')
    const received = said.findIndex(({ type }) => type === 'activity_log')
    expect(said.findIndex(({ payload }) => payload['device_id'] === 'valve_01' && payload['changed'])).toBeGreaterThan(
      received,
    )
  })

  test('vanish: reads the next command, dies without a word, and is back later', async () => {
    const { misbehave, command, heard, find, reports, controls } = start()
    await find('press_001', 'machine_registered')
    misbehave({ kind: 'vanish', machine: 'press_001', seconds: 15 })
    await waitFor(() => reports.includes('misbehave: press_001 vanishes at its next command'))
    expect(command('press_001', 'the_last')).toBeUndefined()
    await waitFor(() => reports.includes('misbehave: press_001 has vanished'))
    expect(command('press_001', 'wake_up')).toBe('ECONNREFUSED')
    expect(controls()).toContain('control-press_001.sock')
    await waitFor(() => command('press_001', 'again') === undefined, { what: 'the return' })
    await find('press_001', 'activity_log', { message: 'Received again' })
    expect(heard.some(({ payload }) => payload['message'] === 'Received the_last')).toBe(false)
    expect(heard.filter(({ machine, type }) => machine === 'press_001' && type === 'machine_registered')).toHaveLength(
      1,
    )
  })

  test('vanish: may stay away, and take its socket with it, until all is well', async () => {
    const { misbehave, command, find, reports, controls, heard } = start()
    await find('lamp', 'machine_registered')
    misbehave({ kind: 'vanish', machine: 'lamp', seconds: 1, back: false, keep_file: false })
    await waitFor(() => reports.includes('misbehave: lamp vanishes at its next command'))
    command('lamp', 'go')
    await waitFor(() => reports.includes('misbehave: lamp has vanished'))
    expect(command('lamp', 'go')).toBe('ENOENT')
    expect(controls()).not.toContain('control-lamp.sock')
    heard.length = 0
    misbehave({ kind: 'well' })
    await find('lamp', 'machine_registered')
  })

  test('what it is told wrongly it says', async () => {
    const { misbehave, reports, command } = start()
    misbehave({ kind: 'nonsense' })
    misbehave({ kind: 'crash', machine: 'nobody' })
    misbehave({ kind: 'burst', count: -1 })
    misbehave({ kind: 'stall', seconds: 'long' })
    misbehave({ kind: 'refuse', machine: 'gateway' })
    misbehave({ kind: 'refuse', reason: 7 })
    misbehave({ kind: 'ignore', for: 0 })
    misbehave({ kind: 'vanish', after: -1 })
    misbehave({ kind: 'vanish', back: 'soon' })
    misbehave({ kind: 'vanish', keep_file: 'yes' })
    command('plant', 'nonsense')
    await waitFor(() => reports.length >= 11)
    expect(reports).toEqual([
      'cannot misbehave: unknown kind "nonsense"',
      'cannot misbehave: unknown machine "nobody"',
      expect.stringContaining('count must be'),
      expect.stringContaining('seconds must be'),
      'cannot misbehave: gateway takes no commands',
      expect.stringContaining('reason must be'),
      expect.stringContaining('for must be'),
      expect.stringContaining('after must be'),
      'cannot misbehave: back must be true or false',
      'cannot misbehave: keep_file must be true or false',
      'plant: unknown command "nonsense"',
    ])
  })

  test('by itself, again and again', async () => {
    const { reports } = start({ misbehave: ['garbage', 'restart'], speed: 100 })
    await waitFor(() => reports.filter((line) => line.startsWith('misbehave: ')).length > 5)
    expect(reports.some((line) => line.endsWith('restarts without registering'))).toBe(true)
    expect(reports).toContain('misbehave: garbage')
  })

  test('by itself, also in its obedience, but never of a program that takes no commands', async () => {
    const { reports } = start({ misbehave: ['refuse', 'ignore', 'late', 'vanish'], speed: 200 })
    const said = (word: string): boolean => reports.some((line) => line.includes(word))
    await waitFor(() => ['refuses', 'ignores', 'is heard', 'vanishes'].every(said), { what: 'each kind' })
    expect(said('gateway')).toBe(false)
  })
})

/** The entry as the build makes it, below node_modules so that it finds its packages and nobody's `out` is touched. */
async function buildEntry(): Promise<string> {
  const outDir = mkdtempSync(resolve(import.meta.dirname, '../../node_modules/.demo-'))
  const entry = resolve(import.meta.dirname, '../../src/demo/index.ts')
  await build({ configFile: false, logLevel: 'error', build: { ssr: entry, outDir, target: 'node20.19' } })
  return join(outDir, 'index.js')
}

function run(entry: string, args: readonly string[]) {
  const child = fork(entry, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  const hear = (chunk: Buffer): void => {
    said += chunk.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  return { child, said: () => said }
}

const ended = (child: ChildProcess) => waitFor(() => child.exitCode ?? undefined, { what: 'the end of the process' })

describe('the process', () => {
  let entry = ''
  beforeAll(async () => {
    entry = await buildEntry()
    return () => rmSync(dirname(entry), { recursive: true, force: true })
  })

  test('ends in good order when its parent goes away, and on SIGTERM', async () => {
    const dir = tempDir()
    const events = join(dir, 'events.sock')
    const { find, heard } = listen(events)
    const args = ['--events-socket', events, '--control-prefix', join(dir, 'c-'), '--seed', '3']
    for (const end of [(child: ChildProcess) => child.disconnect(), (child: ChildProcess) => child.kill('SIGTERM')]) {
      heard.length = 0
      const { child } = run(entry, args)
      await find('gateway', 'connection_event')
      expect(existsSync(join(dir, 'c-plant.sock'))).toBe(true)
      end(child)
      expect(await ended(child)).toBe(0)
      await find('lamp', 'machine_terminated')
      expect(readdirSync(dir)).toEqual(['events.sock'])
    }
  })

  test('says what is wrong with its options', async () => {
    const wrong = run(entry, ['--nope'])
    expect(await ended(wrong.child)).toBe(2)
    await waitFor(() => wrong.said().includes("Unknown option '--nope'"))
    const help = run(entry, ['--help'])
    expect(await ended(help.child)).toBe(0)
    await waitFor(() => help.said().includes('--events-socket PATH'))
  })
})

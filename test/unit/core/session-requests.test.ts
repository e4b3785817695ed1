import { describe, expect, test } from 'vitest'
import { answerRequest, type PlantRequest } from '../../../src/core/session-requests.ts'
import { CoreStage, type Viewer } from '../../support/core-stage.ts'
import { ANNA, BORIS, CARLA, DISPLAY, underControl } from '../../support/operators.ts'

function stageOf(): CoreStage {
  const stage = underControl(new CoreStage())
  stage.event('press', 'device_update', { device_id: 'motor_01', device_type: 'motor', new_state: { speed: 0 } })
  stage.event('oven', 'device_update', { device_id: 'motor_01', device_type: 'motor', new_state: { speed: 1 } })
  stage.event('oven', 'device_update', { device_id: 'lamp', new_state: { on: true } })
  return stage
}

const reply = (stage: CoreStage, message: PlantRequest, operator = ANNA) =>
  answerRequest(message, operator, stage.operations)

const control = (action: 'request' | 'release' | 'keep', machine = 'press'): PlantRequest => ({
  type: 'control',
  id: 7,
  action,
  machine,
})
const go: PlantRequest = { type: 'command', id: 'a', command: 'command-1', machine: 'press', event: { type: 'go' } }

describe('[O2] a reply carries the command', () => {
  test('on its way, refused, or as it stands by now', () => {
    const stage = stageOf()
    expect(reply(stage, go)).toMatchObject({ type: 'reply', id: 'a', ok: true, command: { status: 'accepted' } })
    stage.event('press', 'state_change', {})
    expect(reply(stage, { ...go, id: 'b' }, BORIS)).toMatchObject({
      id: 'b',
      ok: true,
      command: { status: 'confirmed' },
    })
    expect(reply(stage, { ...go, command: 'command-2' }, BORIS)).toMatchObject({
      ok: true,
      command: { status: 'refused', refusal: 'not_in_control' },
    })
  })

  test('of a write, and all commands of a Stop', () => {
    const stage = stageOf()
    const write = {
      type: 'write',
      id: 1,
      command: 'command-1',
      machine: 'press',
      device: 'motor_01',
      tag: 'speed',
    } as const
    expect(reply(stage, { ...write, value: 9 })).toMatchObject({ ok: true, command: { device: 'motor_01' } })
    expect(reply(stage, { type: 'stop', id: 2, command: 'the-stop', machine: 'press' }, BORIS)).toMatchObject({
      ok: true,
      commands: [{ id: 'the-stop', status: 'accepted' }],
    })
  })

  test('[O1] but not of an id that was used for something else: command_invalid', () => {
    const stage = stageOf()
    reply(stage, go)
    for (const message of [
      { ...go, event: { type: 'other' } },
      { type: 'write', id: 1, command: 'command-1', machine: 'press', device: 'motor_01', tag: 'speed', value: 9 },
      { type: 'stop', id: 2, command: 'command-1', machine: 'press' },
    ] as const) {
      expect(reply(stage, message)).toMatchObject({ id: message.id, ok: false, error: { code: 'command_invalid' } })
    }
  })
})

describe('control', () => {
  test('[T1] [T2] is answered with when it comes', () => {
    const stage = stageOf()
    expect(reply(stage, control('request'))).toEqual({ type: 'reply', id: 7, ok: true, at: null })
    expect(reply(stage, control('request'), BORIS)).toMatchObject({ ok: true, at: stage.clock.now() + 10_000 })
    expect(reply(stage, control('keep'))).toMatchObject({ ok: true, at: null })
    expect(reply(stage, control('release'))).toMatchObject({ ok: true, at: null })
  })

  test.each([
    ['machine_unknown', control('request', 'nobody'), ANNA],
    ['machine_unknown', control('request', '__proto__'), ANNA],
    ['control_busy', control('request'), CARLA],
    ['not_in_control', control('release'), CARLA],
    ['not_in_control', control('keep'), CARLA],
    ['not_in_control', control('release', 'nobody'), ANNA],
  ])('[T2] [T4] %s: %j', (code, message, operator) => {
    const stage = stageOf()
    reply(stage, control('request'), BORIS)
    expect(reply(stage, message, operator)).toMatchObject({ ok: false, error: { code } })
  })

  test('[T2] cannot be kept from the local display', () => {
    const stage = stageOf()
    reply(stage, control('request'), DISPLAY)
    expect(reply(stage, control('keep'))).toMatchObject({ ok: false, error: { code: 'not_in_control' } })
  })
})

describe('[V1] a device as it is now', () => {
  test.each(['lamp', 'oven/lamp'])('%s', (device) => {
    expect(reply(stageOf(), { type: 'get_status', id: 1, device })).toMatchObject({
      ok: true,
      devices: [{ machine: 'oven', id: 'lamp', tags: [{ name: 'on', value: true }] }],
    })
  })

  test.each([
    ['device_ambiguous', 'motor_01', 'Several machines have a "motor_01": press, oven.'],
    ['device_unknown', 'nope', 'There is no device "nope".'],
  ])('%s', (code, device, message) => {
    expect(reply(stageOf(), { type: 'get_status', id: 1, device })).toMatchObject({
      ok: false,
      error: { code, message },
    })
  })

  test('or all of them', () => {
    const { devices } = reply(stageOf(), { type: 'get_all_status', id: 1 }) as { devices: { id: string }[] }
    expect(devices.map(({ id }) => id)).toEqual(['motor_01', 'motor_01', 'lamp'])
  })
})

describe('over a session', () => {
  const replies = ({ socket }: Viewer): Record<string, unknown>[] =>
    socket.messages.filter(({ type }) => type === 'reply')
  const command = (id: number, more: object = {}): object => ({ ...go, id, command: `command-${id}`, ...more })

  test('[O2] commands are answered also where the channels show nothing of them', () => {
    const stage = stageOf()
    stage.control.release('press', ANNA.session)
    const viewer = stage.live({ channels: ['machine:oven'] })
    viewer.send(control('request'))
    viewer.send(command(1))
    stage.clock.pass(100)
    expect(replies(viewer)).toMatchObject([
      { ok: true, at: null },
      { ok: true, command: { status: 'accepted' } },
    ])
    expect(viewer.socket.types).not.toContain('events')
  })

  test('[B1] what nests too deep is bad_message: it could not be written again', () => {
    const stage = stageOf()
    const viewer = stage.live()
    const { head } = stage.hub
    const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const text = (depth: number): string =>
      JSON.stringify(command(1)).replace('"type":"go"', `"type":"go","payload":${nested(depth)}`)
    viewer.send(text(30_000))
    viewer.send(text(62))
    expect(viewer.socket.messages.filter(({ type }) => type === 'error')).toMatchObject([
      { error: { code: 'bad_message', message: 'The message is nested deeper than 64 levels.' } },
      { error: { code: 'bad_message' } },
    ])
    expect(stage.hub.head).toBe(head)
    viewer.send(text(61))
    expect(replies(viewer)).toMatchObject([{ ok: true }])
  })

  test.each([
    [{ command: 'short' }],
    [{ command: 'with space' }],
    [{ command: 'x'.repeat(65) }],
    [{ timeout: 99 }],
    [{ timeout: 600_001 }],
    [{ at: -1 }],
    [{ event: { type: '' } }],
    [{ event: { type: 'go', payload: [] } }],
    [{ expectation: { kind: 'done' } }],
    [{ expectation: { kind: 'tag', device: 'd', tag: 't', value: 1, tolerance: -1 } }],
  ])('%j is no command', (more) => {
    const stage = stageOf()
    const viewer = stage.live()
    viewer.send(command(1, more))
    expect(viewer.socket.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'bad_message' } })
  })

  test('[T3] control outlives a lost link with the session’s key, and ends without it', () => {
    const stage = stageOf()
    stage.control.release('press', ANNA.session)
    const first = stage.live()
    const { session: id, key } = first.socket.messages[0] as { session: string; key: string }
    first.send(control('request'))
    first.connection.closed()
    stage.clock.pass(9_000)
    stage.live({ session: { id, key: `${key}x` } })
    expect(stage.control.holder('press')?.graceUntil).not.toBeNull()
    const second = stage.live({ session: { id, key } })
    expect(second.socket.messages[0]).toMatchObject({ type: 'welcome', session: id, key })
    stage.clock.pass(20_000)
    expect(stage.control.holder('press')).toMatchObject({ session: id, graceUntil: null })

    // The panel has not noticed yet that this link is lost.
    const third = stage.live({ session: { id, key } })
    expect(second.socket.closed?.code).toBe(4410)
    expect(stage.control.holds('press', id)).toBe(true)
    third.connection.closed()
    stage.live()
    stage.clock.pass(10_000)
    expect(stage.control.holder('press')).toBeUndefined()
    const late = stage.live({ session: { id, key } })
    expect(late.socket.messages[0]).toMatchObject({ session: id })
    expect(stage.control.holder('press')).toBeUndefined()
  })

  test('[T3] a session that knows another’s id, but not its key, is another one', () => {
    const stage = stageOf()
    const first = stage.live()
    const { session: id, key } = first.socket.messages[0] as { session: string; key: string }
    for (const wrong of [id, '', key.slice(1), '__proto__']) {
      const other = stage.live({ session: { id, key: wrong } })
      expect(other.socket.messages[0]?.['session']).not.toBe(id)
    }
    expect(first.socket.closed).toBeUndefined()
  })
})

test('[O1] what names a machine that no datagram could name becomes no event: the others could not read it', () => {
  const stage = stageOf()
  const [viewer, other] = [stage.live(), stage.live()]
  const { head } = stage.hub
  for (const machine of ['a\0b', 'a\nb', '\u009b', '', 'x'.repeat(129)]) {
    viewer.send({ ...go, machine })
    viewer.send({ type: 'stop', id: 1, command: 'command-2', machine })
    viewer.send({ type: 'control', id: 2, action: 'request', machine })
  }
  expect(stage.hub.head).toBe(head)
  expect(viewer.socket.messages.flatMap(({ error }) => error ?? [])).toHaveLength(15)
  expect(other.socket.closed).toBeUndefined()
})

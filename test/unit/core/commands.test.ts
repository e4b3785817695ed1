import { describe, expect, test } from 'vitest'
import { commandRules } from '../../../src/core/command-rules.ts'
import { Commands } from '../../../src/core/commands.ts'
import { ControlTokens } from '../../../src/core/control-tokens.ts'
import { Hub } from '../../../src/core/hub.ts'
import { type Expectation, MAX_COMMAND_BYTES } from '../../../src/shared/command.ts'
import { foldedFrom, foldedSnapshot, type FoldedSnapshot } from '../../../src/shared/folded.ts'
import { COMMAND_LIMITS, COMMAND_TRANSITIONS } from '../../../src/shared/fold/commands.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { ANNA, ask, BORIS, commandOf, logged, underControl } from '../../support/operators.ts'

const ENDPOINT = '/control-press.sock'
const ID = 'command-1'

const stageOf = (): CoreStage => underControl(new CoreStage())

/** The next run of the panel, whose journal brings what this one left when it was killed. */
function restarted(stage: CoreStage): CoreStage {
  const next = new CoreStage({ epoch: 'memory' })
  next.hub.continueFrom('e2', {
    head: stage.hub.head,
    epochs: [{ epoch: 'e1', first: 1 }],
    folded: foldedFrom(JSON.parse(JSON.stringify(foldedSnapshot(stage.hub.folded))) as FoldedSnapshot),
    tail: stage.hub.entries(0),
  })
  next.clock.turn()
  return next
}

/** How each arrow of a command's life comes about: what leads to it, and what the machine or the clock then does. */
const ARROWS: Readonly<Record<string, (stage: CoreStage) => CoreStage | void>> = {
  'requested → accepted': (stage) => {
    ask(stage.operations, ID)
  },
  'requested → refused': (stage) => {
    stage.link.answers.set(ENDPOINT, { kind: 'gone' })
    ask(stage.operations, ID)
  },
  'requested → timed_out': (stage) => {
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, ID)
    stage.clock.pass(10_000)
  },
  'requested → failed': (stage) => {
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, ID)
    return restarted(stage)
  },
  'accepted → confirmed': (stage) => {
    ask(stage.operations, ID)
    stage.event('press', 'state_change', { to_state: 'pressing' })
  },
  'accepted → failed': (stage) => {
    ask(stage.operations, ID)
    stage.event('press', 'command_result', { command_id: ID, success: false, reason: 'jammed' })
  },
  'accepted → timed_out': (stage) => {
    ask(stage.operations, ID)
    stage.clock.pass(10_000)
  },
}

describe('[O3] a command’s life', () => {
  const arrows = Object.entries(COMMAND_TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`))

  test('is made of these arrows', () => {
    expect(Object.keys(ARROWS).toSorted()).toEqual(arrows.toSorted())
  })

  test.each(arrows)('%s is told by events, and what is settled stays so', (arrow) => {
    const [from = '', to = ''] = arrow.split(' → ')
    const before = stageOf()
    const stage = ARROWS[arrow]?.(before) ?? before
    const steps = [from, to].filter((step) => step !== 'requested')
    expect(logged(stage, ID).map(({ type, origin, machine }) => `${origin} ${machine} ${type}`)).toEqual([
      'operator press command_requested',
      ...steps.map((step) => `panel press command_${step}`),
    ])
    expect(stage.commands.command(ID)?.status).toBe(to)
    if (to === 'accepted') return

    stage.event('press', 'state_change', { to_state: 'late' })
    stage.event('press', 'command_result', { command_id: ID, success: true })
    stage.clock.pass(60_000)
    expect(stage.commands.command(ID)?.status).toBe(to)
    expect(logged(stage, ID)).toHaveLength(steps.length + 1)
  })
})

describe('[O1] an id', () => {
  test('is done once, however often it arrives, and each reply tells how it stands', () => {
    const stage = stageOf()
    expect(commandOf(ask(stage.operations, ID)).status).toBe('accepted')
    expect(commandOf(ask(stage.operations, ID, {}, BORIS)).status).toBe('accepted')
    stage.event('press', 'state_change', { to_state: 'pressing' })
    expect(commandOf(ask(stage.operations, ID)).status).toBe('confirmed')
    expect(stage.link.sent).toHaveLength(1)
    expect(logged(stage, ID)).toHaveLength(3)
  })

  test.each([
    ['another machine', { machine: 'oven' }],
    ['another event', { type: 'stop' }],
    ['another payload', { payload: { n: 1 } }],
  ])('that was used for %s is no command', (_, other) => {
    const stage = underControl(stageOf(), 'oven')
    ask(stage.operations, ID)
    expect(ask(stage.operations, ID, other)).toEqual({ kind: 'unknown_command' })
    expect(stage.link.sent).toHaveLength(1)
    expect(logged(stage, ID)).toHaveLength(2)
  })

  test('that the state has forgotten is still known', () => {
    const stage = stageOf()
    for (let i = 0; i <= COMMAND_LIMITS.settled; i += 1) {
      ask(stage.operations, `command-${i}`)
      stage.event('press', 'state_change', { to_state: `s${i}` })
      stage.clock.pass(55)
    }
    expect(stage.commands.command('command-0')).toBeUndefined()
    expect(ask(stage.operations, 'command-0')).toEqual({ kind: 'unknown_command' })
    expect(stage.link.sent).toHaveLength(COMMAND_LIMITS.settled + 1)
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])('“%s” is an id like any other', (id) => {
    const stage = stageOf()
    expect(
      commandOf(ask(stage.operations, id, { type: id, payload: JSON.parse(`{"${id}":1}`) as object as never })),
    ).toMatchObject({
      id,
      type: id,
      status: 'accepted',
    })
    stage.event('press', 'state_change', {})
    expect(
      commandOf(ask(stage.operations, id, { type: id, payload: JSON.parse(`{"${id}":1}`) as object as never })).status,
    ).toBe('confirmed')
    expect(stage.link.sent[0]?.command).toMatchObject({ command_id: id })
    expect(Object.keys(stage.link.sent[0]?.command['payload'] as object)).toEqual([id])
  })

  test('whose event’s type is too long for the state is never sent: nobody could see what became of it', () => {
    const stage = stageOf()
    const { waiting } = stage.clock
    expect(ask(stage.operations, ID, { type: '😀'.repeat(128) })).toEqual({ kind: 'unknown_command' })
    expect(stage.link.sent).toEqual([])
    expect(stage.clock.waiting).toBe(waiting)
  })
})

describe('[O2] the answer', () => {
  test('is the command on its way: who asked, for what, and until when', () => {
    const stage = stageOf()
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    const command = commandOf(ask(stage.operations, ID, { payload: { n: 1 }, timeout: 2_000 }))
    expect(command).toMatchObject({
      id: ID,
      machine: 'press',
      type: 'go',
      payload: '{"n":1}',
      device: null,
      by: 'Anna',
      status: 'requested',
      expectation: { kind: 'transition' },
      deadline: stage.clock.now() + 2_000,
    })
  })

  test('is a refusal with its reason, and nothing was sent', () => {
    const stage = stageOf()
    expect(commandOf(ask(stage.operations, ID, {}, BORIS))).toMatchObject({
      status: 'refused',
      refusal: 'not_in_control',
      reason: 'Anna has control of press.',
    })
    expect(stage.link.sent).toEqual([])
  })

  test.each([
    'command_requested',
    'command_accepted',
    'command_confirmed',
    'command_failed',
    'command_timed_out',
    'command_refused',
  ])('a machine’s %s is nothing but an event', (type) => {
    const stage = stageOf()
    ask(stage.operations, ID)
    stage.event('press', type, { id: ID, type: 'go', settled_by: 1, refusal: 'stopped' })
    stage.event('press', type, { id: 'command-2', type: 'go', settled_by: 1 })
    expect(stage.commands.command(ID)).toMatchObject({ status: 'accepted', settledBy: null })
    expect(stage.commands.command('command-2')).toBeUndefined()
  })
})

describe('[O4] only the machine confirms', () => {
  test('and the confirmation names its event', () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    const { offset } = stage.event('press', 'state_change', { to_state: 'pressing' })
    expect(logged(stage, ID).at(-1)).toMatchObject({ type: 'command_confirmed', payload: { settled_by: offset } })
    expect(stage.commands.command(ID)?.settledBy).toBe(offset)
  })

  test('with what it says after it was given the command', () => {
    const stage = stageOf()
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, ID)
    stage.event('press', 'state_change', { to_state: 'pressing' })
    stage.event('press', 'command_result', { command_id: ID, success: true })
    expect(stage.commands.command(ID)?.status).toBe('requested')
    stage.link.answers.delete(ENDPOINT)
    stage.clock.pass(25)
    expect(stage.commands.command(ID)?.status).toBe('accepted')
  })

  test('another machine’s word counts for nothing', () => {
    const stage = underControl(stageOf(), 'oven')
    ask(stage.operations, ID)
    stage.event('oven', 'state_change', { to_state: 'pressing' })
    stage.event('oven', 'command_result', { command_id: ID, success: true })
    stage.event('press_001', 'state_change', { to_state: 'pressing' })
    expect(stage.commands.command(ID)?.status).toBe('accepted')
  })

  test('the panel’s and operators’ events count for nothing', () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    for (const origin of ['panel', 'operator'] as const) {
      stage.report(origin, 'press', 'state_change', { to_state: 'pressing' })
      stage.report(origin, 'press', 'command_result', { command_id: ID, success: true })
    }
    expect(stage.commands.command(ID)?.status).toBe('accepted')
  })

  test('a result that says no fails the command with the machine’s reason', () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    const { offset } = stage.event('press', 'command_result', { command_id: ID, success: false, reason: 'jammed' })
    expect(stage.commands.command(ID)).toMatchObject({ status: 'failed', reason: 'jammed', settledBy: offset })
  })
})

describe('[O5] of several open commands', () => {
  const open = (stage: CoreStage, ...wanted: Parameters<typeof ask>[2][]): void => {
    wanted.forEach((each, i) => {
      ask(stage.operations, `command-${i}`, each)
      stage.clock.pass(55)
    })
  }
  const statuses = (stage: CoreStage): (string | undefined)[] =>
    [...stage.hub.folded.commands.values()].map(({ status }) => status)
  const motor = (value: number) => ({
    expectation: { kind: 'tag', device: 'm', tag: 'speed', value, tolerance: 0 } as const,
  })
  const update = (stage: CoreStage, speed: number) =>
    stage.event('press', 'device_update', { device_id: 'm', new_state: { speed } })

  test('one transition confirms one, the oldest', () => {
    const stage = stageOf()
    open(stage, {}, {}, {})
    stage.event('press', 'state_change', { to_state: 'a' })
    expect(statuses(stage)).toEqual(['confirmed', 'accepted', 'accepted'])
    stage.event('press', 'state_change', { to_state: 'b' })
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed', 'accepted'])
  })

  test('an event confirms those right behind it that wait for the same', () => {
    const stage = stageOf()
    open(stage, motor(100), motor(100), motor(150), motor(100))
    update(stage, 100)
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed', 'accepted', 'accepted'])
    update(stage, 150)
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed', 'confirmed', 'accepted'])
    update(stage, 100)
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed'])
  })

  test('an event that brings two tags confirms what waits for either', () => {
    const stage = stageOf()
    const torque = { expectation: { kind: 'tag', device: 'm', tag: 'torque', value: 5, tolerance: 0 } as const }
    open(stage, motor(100), torque)
    stage.event('press', 'device_update', { device_id: 'm', new_state: { speed: 100, torque: 5 } })
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed'])
  })

  test.each<[string, Expectation]>([
    ['a state', { kind: 'state', state: 'idle' }],
    ['an event', { kind: 'event', types: ['state_change'], execution: null, status: null }],
  ])('what confirmed one that waited for %s is not another one’s transition', (_, expectation) => {
    const stage = stageOf()
    open(stage, { expectation }, { type: 'go' })
    stage.event('press', 'state_change', { to_state: 'idle' })
    expect(statuses(stage)).toEqual(['confirmed', 'accepted'])
  })

  test('a Stop is not confirmed by the state that an earlier command led to', () => {
    const stage = stageOf()
    open(stage, { expectation: { kind: 'state', state: 'idle' } })
    stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
    stage.event('press', 'state_change', { to_state: 'idle' })
    expect(stage.commands.command('command-0')?.status).toBe('confirmed')
    expect(stage.commands.command('the-stop')?.status).toBe('accepted')
    stage.event('press', 'state_change', { to_state: 'stopped' })
    expect(stage.commands.command('the-stop')?.status).toBe('confirmed')
  })

  test('a transition that names its trigger is about what was given by that name', () => {
    const stage = stageOf()
    open(stage, { type: 'go' }, { type: 'reset' }, { type: 'go' })
    stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
    stage.event('press', 'state_change', { to_state: 'stopped', event_trigger: 'stop' })
    expect(stage.commands.command('the-stop')?.status).toBe('confirmed')
    stage.event('press', 'state_change', { to_state: 'idle', event_trigger: 'reset' })
    expect(statuses(stage)).toEqual(['accepted', 'confirmed', 'accepted', 'confirmed'])
    // By what nobody gave: whatever the machine did of itself.
    stage.event('press', 'state_change', { to_state: 'busy', event_trigger: 'timeout(0.4)' })
    stage.event('press', 'state_change', { to_state: 'busy', event_trigger: 'go' })
    expect(statuses(stage)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed'])
  })

  test('a result settles the one that it names, wherever it stands', () => {
    const stage = stageOf()
    open(stage, {}, {}, {})
    stage.event('press', 'command_result', { command_id: 'command-1', success: true })
    expect(statuses(stage)).toEqual(['accepted', 'confirmed', 'accepted'])
  })
})

describe('[O7] the machine gets', () => {
  test('one datagram with the event, its payload and the command’s id', () => {
    const stage = stageOf()
    ask(stage.operations, ID, { payload: { n: 1 } })
    expect(stage.link.sent).toEqual([
      { endpoint: ENDPOINT, command: { type: 'go', payload: { n: 1 }, job_id: null, command_id: ID } },
    ])
  })

  test('4,096 bytes, but not 4,097: that is refused before sending', () => {
    const stage = stageOf()
    const around = Buffer.byteLength(
      JSON.stringify({ type: 'go', payload: { text: '' }, job_id: null, command_id: 'command-1' }),
    )
    // Two bytes a letter: it is bytes that count.
    const odd = (MAX_COMMAND_BYTES - around) % 2
    const fits = 'ж'.repeat((MAX_COMMAND_BYTES - around - odd) / 2) + 'x'.repeat(odd)
    expect(commandOf(ask(stage.operations, 'command-1', { payload: { text: fits } })).status).toBe('accepted')
    expect(Buffer.byteLength(JSON.stringify(stage.link.sent[0]?.command))).toBe(MAX_COMMAND_BYTES)
    expect(commandOf(ask(stage.operations, 'command-2', { payload: { text: `${fits}x` } }))).toMatchObject({
      refusal: 'too_long',
      reason: 'The command has 4097 bytes; a machine reads at most 4096.',
    })
    stage.clock.pass(60_000)
    expect(stage.link.sent).toHaveLength(1)
  })
})

describe('[O10] after a restart', () => {
  test('what was open has failed, and the panel says so once', () => {
    const before = stageOf()
    ask(before.operations, 'command-0')
    before.clock.pass(55)
    ask(before.operations, 'command-1')
    before.event('press', 'state_change', {})
    const after = restarted(before)
    after.event('press', 'state_change', {})
    expect([...after.hub.folded.commands.values()].map(({ status }) => status)).toEqual(['confirmed', 'failed'])
    expect(logged(after, 'command-1').at(-1)).toMatchObject({ type: 'command_failed', origin: 'panel' })
    expect(after.commands.command('command-1')).toMatchObject({
      reason: 'The panel was restarted. Whether the machine did it is not known.',
      settledBy: null,
    })
    expect(after.link.sent).toEqual([])
    const again = restarted(after)
    expect(logged(again, 'command-1')).toHaveLength(3)
  })

  test('also at the very start', () => {
    const before = stageOf()
    ask(before.operations, ID)
    const { clock, link, plant } = before
    const hub = new Hub({
      clock,
      epoch: 'e2',
      from: { head: before.hub.head, epochs: [], folded: foldedFrom(foldedSnapshot(before.hub.folded)), tail: [] },
    })
    const control = new ControlTokens(hub, clock)
    const commands = new Commands(hub, clock, link, commandRules({ hub, plant, control, clock }))
    expect(commands.command(ID)?.status).toBe('failed')
    expect(logged({ hub }, ID).map(({ type }) => type)).toEqual(['command_failed'])
  })

  test('the same id is not done again', () => {
    const before = stageOf()
    ask(before.operations, ID)
    const after = restarted(before)
    expect(commandOf(ask(after.operations, ID)).status).toBe('failed')
    expect(after.link.sent).toEqual([])
  })

  test('a journal that turns up late leaves alone what is open in this run', () => {
    const before = stageOf()
    ask(before.operations, 'command-0')
    const stage = stageOf()
    ask(stage.operations, 'command-9')
    stage.hub.continueFrom('e3', {
      head: before.hub.head,
      epochs: [],
      folded: foldedFrom(foldedSnapshot(before.hub.folded)),
      tail: before.hub.entries(0),
    })
    stage.clock.turn()
    expect(stage.commands.command('command-0')?.status).toBe('failed')
    expect(stage.commands.command('command-9')?.status).toBe('accepted')
    stage.event('press', 'state_change', {})
    expect(stage.commands.command('command-9')?.status).toBe('confirmed')
  })
})

describe('waiting for the end', () => {
  test('resolves with the command as it was settled, for all who wait, and at once where it already is', async () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    const waiting = [stage.commands.settled(ID), stage.operations.settled(ID)]
    stage.event('press', 'state_change', {})
    stage.event('press', 'whatever', {})
    for (const each of await Promise.all(waiting)) expect(each?.status).toBe('confirmed')
    expect((await stage.commands.settled(ID))?.status).toBe('confirmed')
    expect(await stage.commands.settled('command-7')).toBeUndefined()
  })

  test('ends with the panel, and tells how it stood', async () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    const waiting = stage.commands.settled(ID)
    stage.commands.close()
    expect((await waiting)?.status).toBe('accepted')
  })
})

describe('bounds', () => {
  test('what is open is what the state keeps: no command is forgotten before it is settled', () => {
    const stage = underControl(stageOf(), 'oven')
    for (const machine of ['press', 'oven']) {
      stage.link.answers.set(`/control-${machine}.sock`, { kind: 'full' })
      for (let i = 0; i < 700; i += 1) ask(stage.operations, `command-${machine}-${i}`, { machine })
    }
    const open = [...stage.hub.folded.commands.values()].filter(({ status }) => status === 'requested')
    expect(open).toHaveLength(1_000)
    expect(stage.commands.command('command-press-0')?.status).toBe('requested')
    expect(stage.commands.command('command-oven-699')?.refusal).toBe('queue_full')
    // There is always room for Stop.
    stage.operations.stop({ command: 'the-stop', machine: 'oven' }, BORIS)
    expect(stage.commands.command('the-stop')?.status).toBe('requested')
    expect(stage.commands.command('command-press-0')?.status).toBe('requested')
  })

  test('a thousand that wait for a machine that goes are refused, each once', () => {
    const stage = stageOf()
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    for (let i = 0; i < 1_000; i += 1) ask(stage.operations, `command-${i}`)
    stage.link.answers.set(ENDPOINT, { kind: 'gone' })
    stage.clock.pass(25)
    const refused = logged(stage).filter(({ type }) => type === 'command_refused')
    expect(refused.map(({ payload }) => payload['id'])).toEqual(Array.from({ length: 1_000 }, (_, i) => `command-${i}`))
    expect(stage.link.sent).toEqual([])
  })
})

describe('closing', () => {
  test('ends every timer and sends nothing any more', () => {
    const stage = stageOf()
    const waiting = stage.clock.waiting
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, 'command-1')
    ask(stage.operations, 'command-2')
    stage.commands.close()
    stage.commands.close()
    expect(stage.clock.waiting).toBe(waiting)
    stage.link.answers.delete(ENDPOINT)
    expect(ask(stage.operations, 'command-3')).toEqual({ kind: 'unknown_command' })
    stage.clock.pass(60_000)
    expect(stage.link.sent).toEqual([])
    expect(stage.commands.command('command-1')?.status).toBe('requested')
  })

  test('a journal that turned up in the same turn says nothing of what is open', () => {
    const stage = stageOf()
    ask(stage.operations, ID)
    stage.hub.continueFrom('e3', {
      head: 0,
      epochs: [],
      folded: foldedFrom(foldedSnapshot(stage.hub.folded)),
      tail: [],
    })
    stage.commands.close()
    stage.control.close()
    const head = stage.hub.head
    stage.clock.turn()
    expect(stage.hub.head).toBe(head)
    expect(ANNA.session).toBe(stage.control.holder('press')?.session)
  })
})

import { describe, expect, test } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { useDraft } from '../../../src/renderer/composables/use-draft.ts'
import { de } from '../../../src/renderer/i18n/de.ts'
import { en } from '../../../src/renderer/i18n/en.ts'
import { type ActSurroundings, type Obstacle, obstacleOf } from '../../../src/renderer/model/obstacle.ts'
import { isOpen, progressOf, type Progress } from '../../../src/renderer/model/progress.ts'
import { STOP_ORDER, STOP_RESULTS, stopResult } from '../../../src/renderer/model/stop-result.ts'
import { type Command, COMMAND_REFUSALS, COMMAND_STATUSES, type CommandStatus } from '../../../src/shared/command.ts'
import type { Plant } from '../../../src/shared/plant.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import { event, folded } from './support.ts'

function command(status: CommandStatus, id = 'one'): Command {
  return {
    id,
    machine: 'm',
    type: 'go',
    payload: '{}',
    device: null,
    by: 'Anna',
    expectation: { kind: 'transition' },
    requestedAt: 1,
    deadline: 1_000,
    status,
    statusAt: 2,
    refusal: null,
    reason: null,
    settledBy: null,
  }
}

const interlocks = (state: string): Plant => ({
  interlocks: [{ name: 'door', machine: 'm', when: [{ machine: 'm', state: [state] }], reason: 'It is open.' }],
})

describe('what is in the way', () => {
  const machine = folded('m', event(1, 'm', 'state_change', { to_state: 'idle' }))
  const control = {
    machine: 'm',
    session: 'me',
    holder: 'Me',
    local: false,
    since: 1,
    takeOver: null,
    graceUntil: null,
  }
  const around = (over: Partial<ActSurroundings> = {}, shown = machine): ActSurroundings => ({
    link: 'live',
    allowed: true,
    plant: new PlantLookup(),
    session: 'me',
    control: () => control,
    state: { machines: new Map([['m', shown]]), devices: new Map() },
    ...over,
  })
  const act = { machine: 'm', device: null, type: 'go' }
  const kind = (over: Partial<ActSurroundings>, shown = machine) => obstacleOf(act, around(over, shown))?.kind ?? null

  test('is nothing, with a live link, a sound machine and control', () => {
    expect(kind({})).toBeNull()
  })

  test('is the link before everything else', () => {
    const links = (['replay', 'offline', 'stale'] as const).map((link) => kind({ link, control: () => undefined }))
    expect(links).toEqual(['replay', 'offline', 'link_stale'])
  })

  test('is the role before the machine: nothing else would help', () => {
    expect(kind({ allowed: false, control: () => undefined })).toBe('role')
    expect(kind({ allowed: false, link: 'offline' })).toBe('offline')
  })

  test('is the machine: unknown, ended, silent, or one that takes no commands', () => {
    expect(kind({ state: { machines: new Map(), devices: new Map() } })).toBe('machine_unknown')
    expect(kind({}, { ...machine, terminatedAt: 5 })).toBe('machine_terminated')
    expect(kind({}, { ...machine, staleSince: 5 })).toBe('machine_stale')
    expect(kind({ plant: new PlantLookup({ machines: { m: { control: false } } }) })).toBe('no_commands')
  })

  test('is an interlock, by name and reason, also where it cannot be told whether it holds', () => {
    expect(obstacleOf(act, around({ plant: new PlantLookup(interlocks('idle')) }))).toEqual({
      kind: 'interlocked',
      name: 'door',
      reason: 'It is open.',
    })
    expect(kind({ plant: new PlantLookup(interlocks('other')) })).toBeNull()
    expect(kind({ plant: new PlantLookup(interlocks('other')) }, { ...machine, state: null })).toBe('interlocked')
  })

  test('is control last, with whoever has it', () => {
    expect(obstacleOf(act, around({ control: () => undefined }))).toEqual({ kind: 'not_in_control', holder: null })
    expect(obstacleOf(act, around({ session: 'other' }))).toEqual({ kind: 'not_in_control', holder: 'Me' })
    expect(kind({ session: null })).toBe('not_in_control')
  })
})

const setUp = () => {
  const obstacle = shallowRef<Obstacle | null>(null)
  const scope = effectScope()
  const draft = scope.run(() => useDraft(obstacle))
  if (!draft) throw new Error('no draft')
  return { obstacle, ...draft }
}

describe('a draft', () => {
  test('is dropped at once by whatever comes in the way, and stays dropped', () => {
    const { obstacle, draft, dropped, turn, change } = setUp()
    change(150)
    obstacle.value = { kind: 'offline' }
    expect([draft.value, dropped.value, turn.value]).toEqual([undefined, { kind: 'offline' }, 1])
    // A finger that is still down.
    change(151)
    expect(draft.value).toBeUndefined()
    obstacle.value = null
    expect([draft.value, dropped.value]).toEqual([undefined, { kind: 'offline' }])
    change(20)
    expect([draft.value, dropped.value]).toEqual([20, null])
  })

  test('nothing is said where nothing was proposed', () => {
    const { obstacle, dropped } = setUp()
    obstacle.value = { kind: 'link_stale' }
    expect(dropped.value).toBeNull()
  })

  test('another reason in the way is no further turn', () => {
    const { obstacle, turn } = setUp()
    obstacle.value = { kind: 'machine_stale' }
    obstacle.value = { kind: 'offline' }
    expect(turn.value).toBe(1)
  })
})

const none = () => undefined

describe('what became of a wish', () => {
  test('is told by the folded command, not by the answer', () => {
    const wish = { command: 'one', outcome: { kind: 'sent' as const, commands: [command('requested')] } }
    const seen = COMMAND_STATUSES.map((status) => progressOf(wish, () => command(status), 0))
    expect(seen).toEqual(COMMAND_STATUSES.map((status) => ({ kind: 'command', command: command(status), of: 1 })))
  })

  test('is not known where the link was lost, until the command shows up', () => {
    const wish = { command: 'one', outcome: { kind: 'lost' as const } }
    expect(progressOf(wish, none, 0)).toEqual({ kind: 'lost' })
    expect(progressOf(wish, () => command('confirmed'), 0)).toMatchObject({ kind: 'command' })
  })

  test('an answer stands only until the command is long overdue', () => {
    const wish = { command: 'one', outcome: { kind: 'sent' as const, commands: [command('accepted')] } }
    expect(progressOf(wish, none, 999)?.kind).toBe('command')
    expect(progressOf(wish, none, 1_001)).toBeNull()
  })

  test('the worst of several is shown', () => {
    const all = new Map([
      ['one', command('confirmed')],
      ['two', command('timed_out', 'two')],
    ])
    const wish = { command: 'one', outcome: { kind: 'sent' as const, commands: [...all.values()] } }
    expect(progressOf(wish, (id) => all.get(id), 0)).toMatchObject({ command: { id: 'two' }, of: 2 })
  })

  test('is open while asked for and until it is settled', () => {
    expect(progressOf(undefined, none, 0)).toBeNull()
    expect(isOpen(progressOf({ command: 'one', outcome: null }, none, 0))).toBe(true)
    const open = COMMAND_STATUSES.filter((status) => isOpen({ kind: 'command', command: command(status), of: 1 }))
    expect(open).toEqual(['requested', 'accepted'])
  })

  test('a machine is stopped only where it confirmed', () => {
    const all: (Progress | null)[] = [
      null,
      { kind: 'asking' },
      { kind: 'lost' },
      { kind: 'disabled' },
      { kind: 'rejected', error: { code: 'internal', message: '' } },
      ...COMMAND_STATUSES.map((status) => ({ kind: 'command' as const, command: command(status), of: 1 })),
    ]
    const stopped = all.filter((each) => stopResult(each) === 'stopped')
    expect(stopped).toEqual([{ kind: 'command', command: command('confirmed'), of: 1 }])
    expect(STOP_ORDER.toSorted()).toEqual(STOP_RESULTS.toSorted())
  })
})

test('every status, refusal and result has its words in both languages', () => {
  for (const words of [en, de]) {
    for (const status of COMMAND_STATUSES) expect(words.progress).toHaveProperty(status)
    for (const refusal of COMMAND_REFUSALS) expect(words.refusedCommand).toHaveProperty(refusal)
    for (const result of STOP_RESULTS) expect(words.stop.result).toHaveProperty(result)
  }
})

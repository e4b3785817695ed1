import { describe, expect, test } from 'vitest'
import { ControlTokens } from '../../../src/core/control-tokens.ts'
import { foldedFrom, foldedSnapshot, newFolded } from '../../../src/shared/folded.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { ANNA, BORIS, CARLA, DISPLAY, logged } from '../../support/operators.ts'

const stageOf = (): CoreStage => {
  const stage = new CoreStage()
  stage.event('press')
  stage.event('oven')
  return stage
}

const holder = (stage: CoreStage, machine = 'press'): string | undefined => stage.control.holder(machine)?.holder

const controlEvents = (stage: CoreStage): string[] =>
  logged(stage)
    .filter(({ type }) => type.startsWith('control_'))
    .map(({ type, origin, payload }) => {
      expect(origin).toBe('operator')
      return typeof payload['holder'] === 'string' ? `${type} ${payload['holder']}` : type
    })

describe('[T1] control', () => {
  test('is got at once while nobody has it, by one session, of one machine', () => {
    const stage = stageOf()
    expect(stage.control.request('press', ANNA)).toEqual({ kind: 'granted' })
    expect(stage.control.holder('press')).toMatchObject({ session: ANNA.session, holder: 'Anna', local: false })
    expect(stage.control.holds('press', ANNA.session)).toBe(true)
    expect(stage.control.holds('press', BORIS.session)).toBe(false)
    expect(stage.control.request('oven', BORIS)).toEqual({ kind: 'granted' })
    expect([holder(stage), holder(stage, 'oven')]).toEqual(['Anna', 'Boris'])
  })

  test('that one has already is granted without another event', () => {
    const stage = stageOf()
    for (let i = 0; i < 3; i += 1) expect(stage.control.request('press', ANNA)).toEqual({ kind: 'granted' })
    expect(controlEvents(stage)).toEqual(['control_granted Anna'])
  })

  test.each([
    'control_granted',
    'control_requested',
    'control_kept',
    'control_released',
    'control_grace',
    'control_resumed',
  ])('a machine’s %s is nothing but an event', (type) => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    const before = { ...stage.control.holder('press') }
    stage.event('press', type, { session: BORIS.session, holder: 'Boris', at: 1, until: 1 })
    expect(stage.control.holder('press')).toEqual(before)
    expect(stage.control.request('press', ANNA)).toEqual({ kind: 'granted' })
  })
})

describe('[T2] a take-over', () => {
  test.each([
    ['a viewer asks a viewer', ANNA, BORIS, 10_000],
    ['the local display asks', ANNA, DISPLAY, 3_000],
    ['the local display has control', DISPLAY, ANNA, 30_000],
  ])('has a countdown that everybody sees: %s', (_, holding, asking, ms) => {
    const stage = stageOf()
    stage.control.request('press', holding)
    const at = stage.clock.now() + ms
    expect(stage.control.request('press', asking)).toEqual({ kind: 'waiting', at })
    expect(stage.control.holder('press')).toMatchObject({
      holder: holding.name,
      takeOver: { session: asking.session, holder: asking.name, at },
    })
    stage.clock.pass(ms - 1)
    expect(holder(stage)).toBe(holding.name)
    stage.clock.pass(1)
    expect(stage.control.holder('press')).toMatchObject({ holder: asking.name, takeOver: null })
    expect(controlEvents(stage)).toEqual([
      `control_granted ${holding.name}`,
      `control_requested ${asking.name}`,
      `control_granted ${asking.name}`,
    ])
  })

  test('that is asked for again goes on, without another event', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    const first = stage.control.request('press', BORIS)
    stage.clock.pass(4_000)
    expect(stage.control.request('press', BORIS)).toEqual(first)
    expect(controlEvents(stage)).toHaveLength(2)
  })

  test('is refused by the holder, and by nobody else', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    expect(stage.control.keep('press', ANNA.session)).toBe(false)
    stage.control.request('press', BORIS)
    expect(stage.control.keep('press', BORIS.session)).toBe(false)
    expect(stage.control.keep('press', ANNA.session)).toBe(true)
    stage.clock.pass(60_000)
    expect(stage.control.holder('press')).toMatchObject({ holder: 'Anna', takeOver: null })
    expect(controlEvents(stage).at(-1)).toBe('control_kept')
  })

  test('by the local display cannot be refused', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', DISPLAY)
    expect(stage.control.keep('press', ANNA.session)).toBe(false)
    stage.clock.pass(3_000)
    expect(holder(stage)).toBe('Local display')
  })

  test('leaves no room for a third one, but the local display goes first', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    expect(stage.control.request('press', CARLA)).toEqual({ kind: 'busy', wantedBy: 'Boris' })
    stage.clock.pass(9_000)
    expect(stage.control.request('press', DISPLAY).kind).toBe('waiting')
    stage.clock.pass(1_000)
    expect(holder(stage)).toBe('Anna')
    stage.clock.pass(2_000)
    expect(holder(stage)).toBe('Local display')
    stage.clock.pass(60_000)
    expect(holder(stage)).toBe('Local display')
  })

  test('ends where whoever asked has lost its link', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    stage.control.lost(BORIS.session)
    expect(stage.control.holder('press')?.takeOver).toBeNull()
    stage.clock.pass(60_000)
    expect(holder(stage)).toBe('Anna')
  })

  test('that the clock’s being set does not hurry or hold up', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    stage.clock.step(3_600_000)
    stage.clock.pass(9_999)
    expect(holder(stage)).toBe('Anna')
    stage.clock.step(-7_200_000)
    stage.clock.pass(1)
    expect(holder(stage)).toBe('Boris')
  })
})

describe('[T3] a session whose link is lost', () => {
  test('keeps control for 10 seconds', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('oven', ANNA)
    stage.control.lost(ANNA.session)
    stage.control.lost(ANNA.session)
    expect(stage.control.holder('press')?.graceUntil).toBe(stage.clock.now() + 10_000)
    stage.clock.pass(9_999)
    expect(holder(stage)).toBe('Anna')
    stage.clock.pass(1)
    expect([holder(stage), holder(stage, 'oven')]).toEqual([undefined, undefined])
    expect(controlEvents(stage).slice(2)).toEqual([
      'control_grace',
      'control_grace',
      'control_released',
      'control_released',
    ])
  })

  test('has it still when it is back in time', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.lost(ANNA.session)
    stage.clock.pass(9_000)
    stage.control.resumed(ANNA.session)
    stage.control.resumed(ANNA.session)
    stage.clock.pass(60_000)
    expect(stage.control.holder('press')).toMatchObject({ holder: 'Anna', graceUntil: null })
    expect(controlEvents(stage)).toEqual(['control_granted Anna', 'control_grace', 'control_resumed'])
  })

  test('loses it at the end of the grace to whoever waits for it', () => {
    const stage = stageOf()
    stage.control.request('press', DISPLAY)
    stage.control.lost(DISPLAY.session)
    stage.control.request('press', BORIS)
    stage.clock.pass(10_000)
    expect(stage.control.holder('press')).toMatchObject({ holder: 'Boris', graceUntil: null, takeOver: null })
    stage.clock.pass(60_000)
    expect(holder(stage)).toBe('Boris')
  })

  test('that comes back after somebody else took over has nothing, and takes nothing away', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.lost(ANNA.session)
    stage.control.request('press', DISPLAY)
    stage.clock.pass(3_000)
    stage.control.resumed(ANNA.session)
    stage.control.lost(ANNA.session)
    stage.clock.pass(60_000)
    expect(holder(stage)).toBe('Local display')
  })
})

describe('[T4] releasing', () => {
  test('gives control back', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    expect(stage.control.release('press', BORIS.session)).toBe(false)
    expect(stage.control.release('press', ANNA.session)).toBe(true)
    expect(stage.control.release('press', ANNA.session)).toBe(false)
    expect(holder(stage)).toBeUndefined()
    expect(controlEvents(stage)).toEqual(['control_granted Anna', 'control_released'])
  })

  test('hands it to whoever waits for it, at once', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    stage.control.release('press', ANNA.session)
    expect(stage.control.holder('press')).toMatchObject({ holder: 'Boris', takeOver: null })
    stage.clock.pass(60_000)
    expect(controlEvents(stage)).toEqual(['control_granted Anna', 'control_requested Boris', 'control_granted Boris'])
  })

  test('withdraws the wish for it', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    expect(stage.control.release('press', BORIS.session)).toBe(true)
    expect(stage.control.request('press', CARLA).kind).toBe('waiting')
    stage.clock.pass(10_000)
    expect(holder(stage)).toBe('Carla')
  })

  test('of a machine that nobody has control of is nothing', () => {
    const stage = stageOf()
    expect(stage.control.release('press', ANNA.session)).toBe(false)
    expect(stage.control.keep('press', ANNA.session)).toBe(false)
    expect(stage.control.release('__proto__', ANNA.session)).toBe(false)
  })
})

describe('[T5] nobody has control when the panel starts', () => {
  const held = (): CoreStage => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.request('press', BORIS)
    return stage
  }

  test('whatever the log says', () => {
    const stage = held()
    const control = new ControlTokens(stage.hub, stage.clock)
    expect(control.holder('press')).toBeUndefined()
    expect(logged(stage).at(-1)).toMatchObject({ type: 'control_released', payload: { session: ANNA.session } })
  })

  test('also where the journal turns up late; what was granted since stays, wherever the clock stood before', () => {
    const before = held()
    const stage = stageOf()
    // The earlier run was ahead of today's clock.
    stage.clock.step(-3_600_000)
    stage.control.request('oven', CARLA)
    stage.control.request('oven', BORIS)
    const folded = foldedFrom(foldedSnapshot(before.hub.folded))
    stage.hub.continueFrom('e3', { head: before.hub.head, epochs: [], folded, tail: before.hub.entries(0) })
    stage.clock.turn()
    expect([holder(stage), holder(stage, 'oven')]).toEqual([undefined, 'Carla'])
    stage.clock.pass(10_000)
    expect([holder(stage), holder(stage, 'oven')]).toEqual([undefined, 'Boris'])
  })
})

describe('a loan', () => {
  test('is control for as long as anybody of the same program needs it', () => {
    const stage = stageOf()
    const [first, second] = [stage.control.borrow('press', ANNA), stage.control.borrow('press', ANNA)]
    expect(holder(stage)).toBe('Anna')
    expect(stage.control.borrow('press', BORIS)).toBeNull()
    first?.()
    first?.()
    expect(holder(stage)).toBe('Anna')
    second?.()
    expect(holder(stage)).toBeUndefined()
    expect(controlEvents(stage)).toEqual(['control_granted Anna', 'control_released'])
  })

  test('of what one has anyway gives nothing back', () => {
    const stage = stageOf()
    stage.control.request('press', ANNA)
    stage.control.borrow('press', ANNA)?.()
    expect(holder(stage)).toBe('Anna')
  })

  test('goes back to whoever waits, and what was taken over is not given back', () => {
    const stage = stageOf()
    const giveBack = stage.control.borrow('press', ANNA)
    stage.control.request('press', BORIS)
    giveBack?.()
    expect(holder(stage)).toBe('Boris')

    const late = stage.control.borrow('oven', ANNA)
    stage.control.request('oven', BORIS)
    stage.clock.pass(10_000)
    late?.()
    expect(holder(stage, 'oven')).toBe('Boris')
  })

  test('that was taken over and borrowed again is another loan', () => {
    const stage = stageOf()
    const early = stage.control.borrow('press', ANNA)
    stage.control.request('press', BORIS)
    stage.clock.pass(10_000)
    stage.control.release('press', BORIS.session)
    const again = stage.control.borrow('press', ANNA)
    early?.()
    expect(holder(stage)).toBe('Anna')
    again?.()
    expect(holder(stage)).toBeUndefined()
  })
})

test('closing ends countdowns and graces, and says nothing any more', () => {
  const stage = stageOf()
  const { waiting } = stage.clock
  stage.control.request('press', ANNA)
  stage.control.request('press', BORIS)
  stage.control.lost(ANNA.session)
  stage.hub.continueFrom('e3', { head: 0, epochs: [], folded: newFolded(), tail: [] })
  stage.control.close()
  stage.control.close()
  stage.commands.close()
  expect(stage.clock.waiting).toBeLessThanOrEqual(waiting + 1)
  const { head } = stage.hub
  stage.clock.pass(60_000)
  expect(stage.hub.head).toBe(head)
})

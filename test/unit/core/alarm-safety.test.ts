import { array, assert, constantFrom, type Arbitrary, oneof, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { AlarmActs } from '../../../src/core/alarm-acts.ts'
import { Alarms } from '../../../src/core/alarms.ts'
import { Hub } from '../../../src/core/hub.ts'
import { DescribedPlant } from '../../../src/core/plant.ts'
import { type Alarm, isUnacknowledged } from '../../../src/shared/alarm.ts'
import type { EventView } from '../../../src/shared/event.ts'
import { foldedFrom, foldedSnapshot, foldInto, newFolded } from '../../../src/shared/folded.ts'
import { ALARM_ACTIONS } from '../../../src/shared/messages.ts'
import type { Plant } from '../../../src/shared/plant.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/* Whatever machines, operators, logic and restarts do: what nobody has taken note of stays to be seen. */

const SPEED = 'cell/motor/speed/high'
const OWN = ['cell/event/x', 'cell/event/y']
const IDS = [SPEED, ...OWN]
const PLANT: Plant = {
  machines: {
    cell: {
      devices: { motor: { type: 'motor', tags: { speed: { type: 'number', limits: { high: 100, deadband: 5 } } } } },
    },
  },
  alarms: {
    [SPEED]: { latch: true },
    'cell/event/y': { suppressed_while: [{ machine: 'cell', state: ['idle'] }] },
  },
}
const ANNA = { session: 's-anna', name: 'Anna', local: true }

type Step =
  | { readonly kind: 'speed'; readonly value: number }
  | { readonly kind: 'own'; readonly raise: boolean; readonly which: string }
  | { readonly kind: 'state'; readonly to: string }
  | {
      readonly kind: 'act'
      readonly action: (typeof ALARM_ACTIONS)[number]
      readonly id: string
      readonly late: boolean
    }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'restart' }

const of = <K extends Step['kind']>(kind: K) => ({ kind: constantFrom(kind) })
const step: Arbitrary<Step> = oneof(
  record({ ...of('speed'), value: constantFrom(50, 97, 101) }),
  record({ ...of('own'), raise: constantFrom(true, false), which: constantFrom('x', 'y') }),
  record({ ...of('state'), to: constantFrom('idle', 'running') }),
  record({
    ...of('act'),
    action: constantFrom(...ALARM_ACTIONS),
    id: constantFrom(...IDS),
    late: constantFrom(true, false, false),
  }),
  record({ ...of('pass'), ms: constantFrom(1_000, 40_000) }),
  record(of('restart')),
)

/** The core's alarms over a log of their own, and beside them what a person with a notebook would have written down. */
class World {
  readonly #clock = new FakeClock()
  readonly #plant = new DescribedPlant({ staleAfterMs: 1e12, controlPrefix: '/control-' })
  readonly log: EventView[] = []
  hub: Hub
  #alarms: Alarms
  #starts = 1
  /** Alarms of which nobody has taken note, and that nobody has put aside. */
  readonly open = new Set<string>()
  readonly #active = new Set<string>()
  /** Offset of the latest raise. */
  readonly #raises = new Map<string, number>()
  readonly #aside = new Set<string>()
  /** What an operator asked for just now, with the raise that they saw. */
  #asked: { readonly id: string; readonly raised: number } | null = null

  constructor() {
    this.#plant.replace(PLANT)
    this.hub = new Hub({ clock: this.#clock, epoch: 'e1' })
    this.#alarms = this.#begin()
  }

  #begin(): Alarms {
    this.hub.watch((event) => this.#write(event))
    return new Alarms({ hub: this.hub, plant: this.#plant, clock: this.#clock, panel: () => [] })
  }

  #write(event: EventView): void {
    this.log.push(event)
    const id = event.payload['alarm']
    if (event.family !== 'alarm' || event.origin === 'machine' || typeof id !== 'string') return
    switch (event.type) {
      case 'alarm_raised':
        this.#active.add(id)
        this.#raises.set(id, event.offset)
        if (!this.#aside.has(id)) this.open.add(id)
        return
      case 'alarm_cleared':
        this.#active.delete(id)
        return
      case 'alarm_acknowledged':
        // By a person, who saw this very raise of it.
        if (event.origin !== 'operator' || this.#asked?.id !== id || this.#asked.raised !== this.#raises.get(id)) {
          throw new Error(`${id} was acknowledged by itself`)
        }
        this.open.delete(id)
        return
      case 'alarm_shelved':
      case 'alarm_suppressed':
      case 'alarm_removed_from_service':
        this.#aside.add(id)
        this.open.delete(id)
        return
      case 'alarm_unshelved':
      case 'alarm_unsuppressed':
      case 'alarm_returned_to_service':
        this.#aside.delete(id)
        if (this.#active.has(id)) this.open.add(id)
        return
      default:
    }
  }

  take(next: Step): void {
    switch (next.kind) {
      case 'speed':
        return this.#say('device_update', {
          device_id: 'motor',
          device_type: 'motor',
          new_state: { speed: next.value },
        })
      case 'own':
        return this.#say(next.raise ? 'alarm_raised' : 'alarm_cleared', { alarm_id: next.which })
      case 'state':
        return this.#say('state_change', { from_state: '', to_state: next.to })
      case 'act': {
        const raised = (this.hub.folded.alarms.get(next.id)?.raised ?? 1) - (next.late ? 1 : 0)
        this.#asked = { id: next.id, raised }
        const acts = new AlarmActs(this.hub, this.#clock, this.#plant)
        acts.act(
          {
            action: next.action,
            alarms: [{ alarm: next.id, raised }],
            reason: 'why',
            seconds: 30,
            one_shot: next.late,
          },
          ANNA,
        )
        this.#asked = null
        return
      }
      case 'pass':
        return this.#clock.pass(next.ms)
      case 'restart':
        return this.#restart()
      default:
        return next satisfies never
    }
  }

  #say(type: string, payload: Readonly<Record<string, unknown>>): void {
    const body = { machine_name: 'cell', type, payload }
    this.hub.append('machine', body, JSON.stringify(body))
  }

  /** As after a kill: nothing is said at the end, and the next run has what was folded, through JSON. */
  #restart(): void {
    this.#alarms.close()
    const folded = foldedFrom(JSON.parse(JSON.stringify(foldedSnapshot(this.hub.folded))))
    this.#starts += 1
    this.hub = new Hub({
      clock: this.#clock,
      epoch: `e${this.#starts}`,
      from: { head: this.hub.head, epochs: [], folded, tail: this.hub.entries(this.hub.first - 1) },
    })
    this.#alarms = this.#begin()
  }

  close(): void {
    this.#alarms.close()
  }
}

test('no sequence of conditions, acts and restarts loses an alarm that nobody has acknowledged', () => {
  assert(
    property(array(step, { maxLength: 40 }), (steps) => {
      const world = new World()
      const states = (): [string, Alarm['state'] | undefined][] =>
        [...world.open].map((id) => [id, world.hub.folded.alarms.get(id)?.state])
      for (const each of steps) {
        world.take(each)
        for (const [id, state] of states()) {
          expect(
            state !== undefined && isUnacknowledged(state),
            `${id} is ${state} after ${JSON.stringify(each)}`,
          ).toBe(true)
        }
      }
      // Anybody who folds the whole log has the same alarms.
      const folded = newFolded()
      for (const event of world.log) foldInto(folded, event)
      expect([...folded.alarms.values()]).toEqual([...world.hub.folded.alarms.values()])
      world.close()
    }),
    { numRuns: 100 },
  )
})

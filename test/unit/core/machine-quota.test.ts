import { expect, test } from 'vitest'
import { MachineQuota, type QuotaOptions } from '../../../src/core/machine-quota.ts'
import { MAX_MACHINES } from '../../../src/shared/fold/machines.ts'

const quotaOf = (options: Partial<QuotaOptions> = {}): MachineQuota =>
  new MachineQuota({ perSecond: () => 100, newcomersPerSecond: 100, knows: () => true, ...options }, 0)

/** How many of so many events are taken at one moment. */
const taken = (quota: MachineQuota, machine: string, count: number, now: number, type = 'tag_update', bytes = 100) => {
  let admitted = 0
  for (let i = 0; i < count; i += 1) if (quota.admits(machine, type, bytes, now)) admitted += 1
  return admitted
}

test('[D9] a machine may send four seconds’ worth at once, of telemetry three, and then so many a second', () => {
  const quota = quotaOf()
  expect(taken(quota, 'm', 1_000, 0)).toBe(300)
  expect(taken(quota, 'm', 1_000, 0, 'machine_registered')).toBe(100)
  expect(taken(quota, 'm', 1_000, 1_000, 'machine_terminated')).toBe(100)
  // What is kept for others has to come back first.
  expect(taken(quota, 'm', 1_000, 2_000)).toBe(0)
  expect(taken(quota, 'm', 1_000, 3_000)).toBe(100)
})

test.each(['device_update', 'tag_update', 'log_entry', 'activity_log', 'connection_event', 'whatever'])(
  '[D9] %s is shed first',
  (type) => {
    const quota = quotaOf()
    expect(taken(quota, 'm', 1_000, 0, type)).toBe(300)
    for (const kept of [
      'machine_registered',
      'machine_terminated',
      'state_change',
      'error',
      'alarm_raised',
      'alarm_cleared',
      'command_result',
      'job_failed',
      'flow_completed',
      'workflow:failed',
    ]) {
      expect([kept, quota.admits('m', kept, 100, 0)]).toEqual([kept, true])
    }
    expect(quota.admits('m', type, 100, 0)).toBe(false)
  },
)

test('[D9] one that babbles takes nothing from another', () => {
  const quota = quotaOf()
  taken(quota, 'loud', 10_000, 0)
  expect(taken(quota, 'quiet', 300, 0)).toBe(300)
})

test('[D9] a long one counts once more for each 4 KiB', () => {
  expect(taken(quotaOf(), 'm', 1_000, 0, 'tag_update', 4_095)).toBe(300)
  expect(taken(quotaOf(), 'm', 1_000, 0, 'tag_update', 4_096)).toBe(150)
  expect(taken(quotaOf(), 'm', 1_000, 0, 'tag_update', 65_535)).toBe(18)
})

test('[D9] what was shed is counted by machine and told for a minute more', () => {
  const quota = quotaOf()
  expect([quota.shed, quota.problem(0)]).toEqual([null, null])
  taken(quota, 'loud', 310, 5_000)
  taken(quota, 'louder', 320, 6_000)
  expect(quota.shed).toEqual({
    events: 30,
    machines: [
      { machine: 'loud', events: 10 },
      { machine: 'louder', events: 20 },
    ],
  })
  expect(quota.problem(64_999)?.message).toContain('(loud, louder)')
  expect(quota.problem(65_000)?.message).toContain('(louder)')
  expect(quota.problem(66_000)).toBeNull()
  expect(quota.shed?.events).toBe(30)
})

test('[D9] at most 50 machines are named, and a sentence names three', () => {
  const quota = quotaOf()
  for (let n = 0; n < 80; n += 1) taken(quota, `m${n}`, 301, 0)
  expect(quota.shed?.events).toBe(80)
  expect(quota.shed?.machines).toHaveLength(50)
  expect(quota.problem(0)?.message).toContain('(m0, m1, m2, others)')
})

test('[D10] names that were never heard of share what one machine may send, for a minute', () => {
  const quota = quotaOf({ knows: (machine) => machine === 'known' })
  let admitted = 0
  for (let n = 0; n < 10_000; n += 1) if (quota.admits(`n${n % 500}`, 'tag_update', 100, 0)) admitted += 1
  expect(admitted).toBe(300)
  expect(taken(quota, 'known', 1_000, 0)).toBe(300)
  // Their names are not worth keeping.
  expect(quota.problem(0)?.message).toContain('(known, others)')
  expect(taken(quota, 'n0', 1_000, 60_000)).toBe(300)
  expect(taken(quota, 'n1', 1_000, 60_000)).toBe(300)
})

test('[D10] beside 1,000 machines that talk there is no room for a new name; one that is known always has it', () => {
  const quota = quotaOf({ newcomersPerSecond: 1_000_000, knows: (machine) => machine === 'known' })
  for (let n = 0; n < MAX_MACHINES; n += 1) expect(quota.admits(`n${n}`, 'state_change', 100, 0)).toBe(true)
  expect(quota.admits('one more', 'state_change', 100, 0)).toBe(false)
  expect(quota.admits('known', 'state_change', 100, 0)).toBe(true)
  expect(quota.shed).toEqual({ events: 1, machines: [] })
  // Those that fell silent make room.
  expect(quota.admits('one more', 'state_change', 100, 60_000)).toBe(true)
})

test('[D9] a new description counts at once', () => {
  let perSecond = 100
  let described = false
  const quota = quotaOf({ perSecond: () => perSecond, knows: () => described })
  expect(taken(quota, 'm', 1_000, 0)).toBe(300)
  perSecond = 10
  described = true
  quota.refresh(0)
  expect(taken(quota, 'm', 1_000, 0)).toBe(30)
})

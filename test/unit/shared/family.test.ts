import { expect, test } from 'vitest'
import { FAMILIES, familyOf } from '../../../src/shared/family.ts'

test.each([
  ['machine_registered', 'machine'],
  ['machine_terminated', 'machine'],
  ['machine_stale', 'machine'],
  ['state_change', 'machine'],
  ['job_started', 'job'],
  ['job_completed', 'job'],
  ['activity_log', 'log'],
  ['log_entry', 'log'],
  ['error', 'error'],
  ['error_occurred', 'error'],
  ['device_update', 'device'],
  ['tag_value', 'device'],
  ['hardware_health_update', 'device'],
  ['block_started', 'flow'],
  ['flow_done', 'flow'],
  ['cycle_completed', 'flow'],
  ['status_change', 'flow'],
  ['workflow:start', 'workflow'],
  ['node:progress', 'workflow'],
  ['connection_event', 'connection'],
  ['alarm_raised', 'alarm'],
  ['command_refused', 'command'],
  ['control_granted', 'command'],
  ['panel_started', 'panel'],
] as const)('%s belongs to %s', (type, family) => {
  expect(familyOf(type)).toBe(family)
})

test('what nobody knows is “other”, whatever it is called', () => {
  for (const type of [
    'ANY_NAME',
    '',
    'jobs',
    'State_Change',
    'control',
    'controls_x',
    '__proto__',
    'constructor',
    'toString',
  ]) {
    expect(familyOf(type)).toBe('other')
  }
})

test('every family but “other” has events', () => {
  expect(new Set(FAMILIES).size).toBe(FAMILIES.length)
  const known = ['state_change', 'job_x', 'log_entry', 'error', 'tag_x', 'flow_x', 'node:x', 'connection_event']
  const reached = new Set([...known, 'alarm_x', 'command_x', 'panel_x', '?'].map(familyOf))
  expect([...reached].toSorted()).toEqual([...FAMILIES].toSorted())
})

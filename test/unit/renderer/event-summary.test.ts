import { expect, test } from 'vitest'
import type { Payload } from '../../../src/shared/datagram.ts'
import { summaryOf } from '../../../src/renderer/model/event-summary.ts'
import { event } from './support.ts'

const timing = { startTime: '2025-09-18T19:21:00.007Z', duration: 120 }

test.each<[string, Payload, string]>([
  ['state_change', { from_state: 'idle', to_state: 'run', event_trigger: 'go' }, 'idle → run · go'],
  ['activity_log', { level: 'info', message: 'two\nlines' }, 'info · two lines'],
  ['job_failed', { job_id: 'j1', error_message: 'jammed' }, 'j1 · jammed'],
  [
    'device_update',
    { device_id: 'motor_01', previous_state: { speed: 0, on: true }, new_state: { speed: 150, on: true } },
    'motor_01 · speed: 0 → 150',
  ],
  [
    'device_update',
    { device_id: 'temp_01', previous_state: { temperature: 30 }, new_state: { temperature: 30 } },
    'temp_01 · temperature: 30',
  ],
  ['device_update', { device_id: 'valve_01', new_state: { value: true } }, 'valve_01 · value: true'],
  [
    'block_executed_enhanced',
    { blockName: 'EC', deviceName: 'EC1', status: 'completed', displayText: 'Прочетен EC1', timing },
    'Прочетен EC1 · EC1 · completed · 120 ms',
  ],
  ['block_started', { blockName: 'EC', deviceName: 'EC1', status: 'running' }, 'EC · EC1 · running'],
  ['node:failed', { nodeId: 'n1', nodeName: 'Fetch', error: 'refused', duration: 12.4 }, 'Fetch · refused · 12 ms'],
  ['workflow:progress', { totalNodes: 7, completedNodes: 3, currentNode: 'n4' }, '3 / 7 · n4'],
  ['workflow:completed', { workflowId: 'w1', executionId: 'e1', duration: 9_000 }, 'w1 · e1 · 9000 ms'],
  [
    'connection_event',
    { connection_type: 'http', direction: 'send', function_name: 'post', data_size_bytes: 40, response_time_ms: 1.6 },
    'http · send · post · 40 B · 2 ms',
  ],
  ['command_requested', { type: 'go', payload: { to: 3 }, by: 'anna' }, 'go · to: 3 · anna'],
])('the gist of %s %o', (type, payload, summary) => {
  expect(summaryOf(event(1, 'm', type, payload))).toBe(summary)
})

test.each<[string, Payload, string]>([
  ['anything', { timestamp: 1, machine_name: 'm', a: { b: [1] }, c: 'd' }, 'a: {"b":[1]}, c: d'],
  ['state_change', { states: 3 }, 'states: 3'],
  ['workflow:progress', { percent: 3 }, 'percent: 3'],
  ['device_update', { device_id: null, new_state: 'on' }, 'device_id: , new_state: on'],
  ['device_update', { new_state: [1, 2] }, 'new_state: [1,2]'],
  ['block_started', { timing: 'soon' }, 'timing: soon'],
  ['__proto__', { a: 1 }, 'a: 1'],
])('of %s that says something else, all is shown: %o', (type, payload, summary) => {
  expect(summaryOf(event(1, 'm', type, payload))).toBe(summary)
})

import { describe, expect, test } from 'vitest'
import { sameSubject, verdict } from '../../../src/core/confirmation.ts'
import type { Expectation } from '../../../src/shared/command.ts'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'

const ID = 'command-1'

function judge(expectation: Expectation, type: string, payload: object, origin: Origin = 'machine') {
  const body = { machine_name: 'press', type, payload }
  const found = verdict(ID, expectation, viewEvent({ offset: 1, time: 0, origin, body }))
  return found?.kind === 'failed' ? `failed: ${found.reason}` : (found?.kind ?? null)
}

const RESULT: Expectation = { kind: 'result' }
const IDLE: Expectation = { kind: 'state', state: 'idle' }
const TRANSITION: Expectation = { kind: 'transition' }
const tag = (
  value: number | string | boolean | null,
  tolerance = 0,
  device = 'motor_01',
  name = 'speed',
): Expectation => ({
  kind: 'tag',
  device,
  tag: name,
  value,
  tolerance,
})
const event = (types: string[], execution: string | null = null, status: string | null = null): Expectation => ({
  kind: 'event',
  types,
  execution,
  status,
})

describe('[O4] a state', () => {
  test.each([
    ['state_change', { to_state: 'idle' }, 'confirmed'],
    ['state_change', { to_state: 'busy', from_state: 'idle' }, null],
    ['machine_registered', { current_state: 'idle' }, 'confirmed'],
    ['machine_registered', { to_state: 'idle' }, null],
    ['status_change', { to_state: 'idle' }, null],
  ])('%s %j: %s', (type, payload, expected) => expect(judge(IDLE, type, payload)).toBe(expected))
})

test('[O4] a transition is any state_change, and nothing else', () => {
  expect(judge(TRANSITION, 'state_change', {})).toBe('confirmed')
  expect(judge(TRANSITION, 'machine_registered', { current_state: 'x' })).toBeNull()
  expect(judge(TRANSITION, 'activity_log', { message: 'Received go' })).toBeNull()
})

describe('[O4] a tag’s value', () => {
  test.each([
    [tag(100), { new_state: { speed: 100 } }, 'confirmed'],
    [tag(100), { new_state: { speed: 101 } }, null],
    [tag(100), { new_state: { angle: 100 } }, null],
    [tag(100), { previous_state: { speed: 100 }, new_state: { speed: 99 } }, null],
    [tag(100), { device_type: 'motor', current_value: 100 }, 'confirmed'],
    [tag(100), { device_type: 'servo', current_value: 100 }, null],
    [tag(100), { current_value: { speed: 100 } }, 'confirmed'],
    [tag(100, 2), { new_state: { speed: 98 } }, 'confirmed'],
    [tag(100, 2), { new_state: { speed: 97.9 } }, null],
    [tag(0.3), { new_state: { speed: 0.1 + 0.2 } }, 'confirmed'],
    [tag(100), { new_state: { speed: '100' } }, null],
    [tag(100), { new_state: { speed: 100 }, status: 'offline' }, null],
    [tag(100), { new_state: { speed: 100 }, quality: 'bad' }, null],
    [tag(100), { new_state: { speed: 100 }, status: 'success' }, 'confirmed'],
    [tag(true), { new_state: { speed: true } }, 'confirmed'],
    [tag(true), { new_state: { speed: 1 } }, null],
    [tag('on'), { new_state: { speed: 'on' } }, 'confirmed'],
    // Null is no value.
    [tag(null), { new_state: { speed: null } }, null],
    [tag(null), { new_state: {} }, null],
    [tag(100), {}, null],
  ])('%j by device_update %j: %s', (expectation, payload, expected) =>
    expect(judge(expectation, 'device_update', { device_id: 'motor_01', ...payload })).toBe(expected),
  )

  test('of another device confirms nothing', () => {
    expect(judge(tag(1), 'device_update', { device_id: 'motor_02', new_state: { speed: 1 } })).toBeNull()
    expect(judge(tag(1), 'device_update', { new_state: { speed: 1 } })).toBeNull()
  })

  test.each([
    [tag(1), { device_id: 'motor_01', tag: 'speed', value: 1 }, 'confirmed'],
    [tag(1), { device_id: 'motor_01', tag: 'speed', value: 1, quality: 'bad' }, null],
    [tag(1), { device_id: 'motor_01', tag: 'angle', value: 1 }, null],
    [tag(1), { tag: 'speed', value: 1 }, null],
    // A tag that names no device belongs to the machine itself.
    [tag(1, 0, 'press'), { tag: 'speed', value: 1 }, 'confirmed'],
  ])('%j by tag_update %j: %s', (expectation, payload, expected) =>
    expect(judge(expectation, 'tag_update', payload)).toBe(expected),
  )

  test('by a name that objects have is read from what was sent alone', () => {
    const constructor = tag(1, 0, 'motor_01', 'constructor')
    expect(judge(constructor, 'device_update', { device_id: 'motor_01', new_state: {} })).toBeNull()
    expect(judge(constructor, 'device_update', { device_id: 'motor_01', new_state: { constructor: 1 } })).toBe(
      'confirmed',
    )
  })
})

describe('[O4] an event', () => {
  test.each([
    [event(['a', 'b']), 'b', {}, 'confirmed'],
    [event(['a']), 'c', {}, null],
    [event(['a'], null, 'paused'), 'a', { status: 'paused' }, 'confirmed'],
    [event(['a'], null, 'paused'), 'a', { status: 'running' }, null],
    [event(['workflow:started'], 'x1'), 'workflow:started', { executionId: 'x1' }, 'confirmed'],
    [event(['workflow:started'], 'x1'), 'workflow:started', { executionId: 'x2' }, null],
    [event(['workflow:validation-result'], 'v1'), 'workflow:validation-result', { validationId: 'v1' }, 'confirmed'],
    [
      event(['workflow:started'], 'x1'),
      'workflow:error',
      { executionId: 'x1', error: { message: 'no' } },
      'failed: no',
    ],
    [event(['workflow:started'], 'x1'), 'workflow:failed', { executionId: 'x1', error: 'no' }, 'failed: no'],
    [event(['workflow:started'], 'x1'), 'workflow:error', { executionId: 'x2', error: 'no' }, null],
    [event(['workflow:started']), 'workflow:error', { executionId: 'x1', error: 'no' }, null],
    [
      event(['workflow:validation-result'], 'v1'),
      'workflow:validation-error',
      { validationId: 'v1', errors: ['a.', { message: 'b.' }, 7] },
      'failed: a. b.',
    ],
  ])('%j by %s %j: %s', (expectation, type, payload, expected) =>
    expect(judge(expectation, type, payload)).toBe(expected),
  )
})

describe('[O4] a command_result', () => {
  test.each([
    [{ success: true }, 'confirmed'],
    [{ status: 'success' }, 'confirmed'],
    [{ status: 'OK' }, 'confirmed'],
    [{ status: 'confirmed', success: true }, 'confirmed'],
    [{ success: false }, 'failed: The machine reports a failure.'],
    [{ success: false, reason: 'jammed' }, 'failed: jammed'],
    [{ success: false, status: 'success' }, 'failed: The machine reports a failure.'],
    [{ status: 'rejected', message: 'no' }, 'failed: no'],
    // What is not the last word, or no word at all, settles nothing.
    [{ status: 'accepted' }, null],
    [{ status: 'running', success: true }, null],
    [{}, null],
    [{ success: 'yes' }, null],
    [{ success: null, status: null }, null],
  ])('%j: %s', (payload, expected) => {
    for (const expectation of [RESULT, IDLE, TRANSITION, tag(1), event(['a'])]) {
      expect(judge(expectation, 'command_result', { command_id: ID, ...payload })).toBe(expected)
    }
  })

  test('of another command says nothing of this one', () => {
    for (const payload of [
      { success: true },
      { command_id: 'command-2', success: true },
      { command_id: [ID], success: true },
    ]) {
      expect(judge(RESULT, 'command_result', payload)).toBeNull()
      expect(judge(event(['command_result']), 'command_result', payload)).toBeNull()
    }
  })

  test('is all that counts where nothing else is expected', () => {
    expect(judge(RESULT, 'state_change', { to_state: 'idle', command_id: ID, success: true })).toBeNull()
  })

  test('has a reason of bounded length', () => {
    expect(judge(RESULT, 'command_result', { command_id: ID, success: false, reason: 'x'.repeat(9_999) })).toBe(
      `failed: ${'x'.repeat(500)}`,
    )
  })
})

test('[O4] nothing but a machine’s own event confirms or fails', () => {
  for (const origin of ['panel', 'operator'] as const) {
    expect(judge(TRANSITION, 'state_change', {}, origin)).toBeNull()
    expect(judge(RESULT, 'command_result', { command_id: ID, success: false }, origin)).toBeNull()
    expect(judge(event(['machine_stale']), 'machine_stale', {}, origin)).toBeNull()
  }
})

test('[O5] the same subject is the same tag, else the same kind', () => {
  expect(sameSubject(tag(1), tag(2))).toBe(true)
  expect(sameSubject(tag(1), tag(1, 0, 'motor_02'))).toBe(false)
  expect(sameSubject(tag(1), tag(1, 0, 'motor_01', 'torque'))).toBe(false)
  expect(sameSubject(IDLE, { kind: 'state', state: 'busy' })).toBe(true)
  expect(sameSubject(IDLE, TRANSITION)).toBe(false)
})

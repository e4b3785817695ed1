import { expect, test } from 'vitest'
import { alarmNotice } from '../../../src/main/shell/alarm-notice.ts'
import { SHELL_WORDS } from '../../../src/main/shell/words.ts'
import type { Alarm } from '../../../src/shared/alarm.ts'

const hot = { priority: 'critical', message: 'Too hot', machine: 'oven', device: 'heater', tag: 'temperature' } as Alarm
const full = { priority: 'high', message: 'Disk full', machine: 'andon', device: null, tag: null } as Alarm

test('it names the first alarm with its place, and how many more there are', () => {
  expect(alarmNotice([], SHELL_WORDS.en)).toBeNull()
  expect(alarmNotice([hot], SHELL_WORDS.en)).toEqual({
    title: 'critical: Too hot',
    body: 'oven · heater · temperature',
  })
  expect(alarmNotice([full, hot], SHELL_WORDS.de)).toEqual({
    title: 'hoch: Disk full',
    body: 'Das Panel selbst\nund 1 weiterer',
  })
  expect(alarmNotice([full, hot, hot], SHELL_WORDS.en)?.body).toBe('The panel itself\nand 2 more')
})

import { expect, test } from 'vitest'
import { afterLastWindow, quitQuestion } from '../../../src/main/shell/quit-rules.ts'
import { SHELL_WORDS } from '../../../src/main/shell/words.ts'

const idle = { commands: 0, controlled: [] }
const busy = { commands: 2, controlled: ['press'] }

test.each([
  ['a person, with nothing under way', 'person', idle, false, null],
  ['a person, with commands under way', 'person', { ...idle, commands: 1 }, false, { ...idle, commands: 1 }],
  ['a person who has control', 'person', { ...idle, controlled: ['press'] }, false, { ...idle, controlled: ['press'] }],
  ['a person at a kiosk', 'person', busy, true, null],
  ['a signal or a shutdown', 'order', busy, false, null],
  ['a signal to a kiosk', 'order', busy, true, null],
] as const)('%s: what is asked first', (_, cause, standing, kiosk, asked) => {
  expect(quitQuestion(cause, standing, kiosk)).toEqual(asked)
})

test('without its last window the panel runs on where a tray can open it again', () => {
  expect([afterLastWindow(true), afterLastWindow(false)]).toEqual(['run_on', 'end'])
})

test('the question says what would be broken off, in both languages, and not all names of many', () => {
  expect(SHELL_WORDS.en.quitDetail(busy)).toMatch(/^2 commands are under way.*\n.*control of press: /)
  expect(SHELL_WORDS.de.quitDetail({ commands: 1, controlled: ['a', 'b', 'c', 'd', 'e'] })).toMatch(
    /^Ein Befehl ist unterwegs.*\n.*steuert a, b, c und 2 weitere: /,
  )
  expect(SHELL_WORDS.en.quitDetail({ commands: 0, controlled: ['x'] })).not.toContain('command')
})

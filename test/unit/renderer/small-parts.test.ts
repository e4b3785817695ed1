import { describe, expect, test } from 'vitest'
import { narrowChoices } from '../../../src/renderer/model/choices.ts'
import { nextOffset } from '../../../src/renderer/model/clock-offset.ts'
import { exampleCommand } from '../../../src/renderer/model/example-command.ts'
import { visibleText } from '../../../src/renderer/model/visible-text.ts'
import { socketUrl } from '../../../src/renderer/model/socket-url.ts'

describe('the panel’s clock', () => {
  test('is taken from the message that was quickest', () => {
    const first = nextOffset(null, 10_000, 9_200)
    expect(first).toBe(800)
    expect(nextOffset(first, 11_000, 10_150)).toBe(850)
    expect(nextOffset(850, 12_000, 11_900)).toBe(850)
  })

  test('is believed again when it was set', () => {
    expect(nextOffset(0, 3_600_000, 0)).toBe(3_600_000)
    expect(nextOffset(3_600_000, 10_000, 9_990)).toBe(10)
  })
})

test('the socket stands beside the page', () => {
  expect(socketUrl('http://10.0.0.1:8080/')).toBe('ws://10.0.0.1:8080/ws')
  expect(socketUrl('https://plant.example/press/#/machine/a?b')).toBe('wss://plant.example/press/ws')
  expect(socketUrl('http://[::1]:3000/index.html?x=1#/')).toBe('ws://[::1]:3000/ws')
})

test('control characters are drawn, not obeyed', () => {
  expect(visibleText('a\u0000\u001b[31m\u007f\tb\n<b>')).toBe('a␀␛[31m␡\tb\n<b>')
})

test('choices are narrowed by their label and keep their groups', () => {
  const choices = [
    { value: 'family:job', label: 'Job', group: 'Families' },
    { value: 'type:job_started', label: 'job_started', group: 'Types' },
    { value: 'type:error', label: 'error', group: 'Types' },
  ]
  expect(narrowChoices(choices, ' JOB')).toEqual([
    { label: 'Families', choices: [choices[0]] },
    { label: 'Types', choices: [choices[1]] },
  ])
  const many = Array.from({ length: 1_000 }, (_, index) => ({ value: `${index}`, label: `m${index}`, group: '' }))
  expect(narrowChoices(many, '')[0]?.choices.length).toBe(100)
})

test('the example sends to the listener, whatever its path', () => {
  expect(exampleCommand({ kind: 'unix', address: "/tmp/it's.sock" })).toContain(
    String.raw`UNIX-SENDTO:'/tmp/it'\''s.sock'`,
  )
  expect(exampleCommand({ kind: 'udp', address: '127.0.0.1:5599' })).toContain("UDP-SENDTO:'127.0.0.1:5599'")
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupId } from '../../../src/main/adapters/group-id.ts'
import { ListenError } from '../../../src/main/adapters/listener.ts'
import { hostAllowed, isLoopback, originAllowed } from '../../../src/main/adapters/origin.ts'
import { errnoName } from '../../../src/main/adapters/unix-binding.ts'
import { CONTENT_SECURITY_POLICY } from '../../../src/main/content-security-policy.ts'
import { failedStart } from '../../../src/main/start.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'

test('loopback addresses are those that only this computer can reach', () => {
  for (const host of ['localhost', '127.0.0.1', '127.255.0.3', '::1', '[::1]'])
    expect([host, isLoopback(host)]).toEqual([host, true])
  for (const host of [
    '',
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ]) {
    expect([host, isLoopback(host)]).toEqual([host, false])
  }
})

test('[L3] a request must name this server by a name of its own', () => {
  for (const host of ['127.0.0.1:3002', 'localhost', 'LOCALHOST:3002', '[::1]:3002', '127.5.5.5:1']) {
    expect([host, hostAllowed({ host }, '127.0.0.1')]).toEqual([host, true])
  }
  for (const host of ['evil.example', 'evil.example:3002', '127.0.0.1.evil.example', '', ':3002', '10.0.0.1', 'a b']) {
    expect([host, hostAllowed({ host }, '127.0.0.1')]).toEqual([host, false])
  }
  expect(hostAllowed({}, '127.0.0.1')).toBe(false)
  expect(hostAllowed({ host: 'panel.example:3002' }, 'panel.example')).toBe(true)
})

test('[L3] a page must come from this server, a program has no origin', () => {
  const host = '127.0.0.1:3002'
  expect(originAllowed({ host })).toBe(true)
  expect(originAllowed({ host, origin: 'http://127.0.0.1:3002' })).toBe(true)
  expect(originAllowed({ host: 'LocalHost:3002', origin: 'http://localhost:3002' })).toBe(true)
  for (const origin of [
    'http://127.0.0.1:3003',
    'http://localhost:3002',
    'https://evil.example',
    'null',
    '',
    'file://',
  ]) {
    expect([origin, originAllowed({ host, origin })]).toEqual([origin, false])
  }
})

test('a group is found by name or number; one that does not exist is a ListenError', () => {
  const file = join(tempDir(), 'group')
  writeFileSync(file, 'root:x:0:\noperators:x:1005:a,b\nbroken\n')
  expect(groupId('operators', file)).toBe(1005)
  expect(groupId('1234', file)).toBe(1234)
  expect(groupId('0', file)).toBe(0)
  for (const name of ['nobody-knows', 'broken', 'operators:x', '']) {
    expect(() => groupId(name, file)).toThrow(ListenError)
  }
})

test('a negative errno has its name', () => {
  expect(errnoName(-111)).toBe('ECONNREFUSED')
  expect(errnoName(-9999)).toMatch(/9999/)
})

test('the content security policy allows nothing from elsewhere and nothing unsafe', () => {
  expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'")
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:|blob:/)
})

test('a failed start is one line; what nobody expected keeps its stack in the log', () => {
  const log = new MemoryLog()
  expect(failedStart(new ListenError('Port 1 is in use.'), log)).toBe('Port 1 is in use.')
  expect(log.records).toEqual([])
  const defect = new Error('defect')
  expect(failedStart(defect, log)).toBe('The panel could not start: defect')
  expect(log.records).toMatchObject([{ level: 'error', fields: { err: defect } }])
})

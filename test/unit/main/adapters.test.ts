import type { IncomingHttpHeaders } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupId } from '../../../src/main/adapters/group-id.ts'
import { ListenError } from '../../../src/main/adapters/listener.ts'
import { isLoopback, OwnNames } from '../../../src/main/adapters/origin.ts'
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

const names = (allowed: readonly string[] = [], host = '127.0.0.1'): OwnNames =>
  new OwnNames({ host, hostname: 'Panel-7.plant.example', allowed })
const plain = { localAddress: '::ffff:10.0.0.5' }
const encrypted = { localAddress: 'fe80::1%eth0', encrypted: true }

test('[L3] a request must name this server by a name of its own, or by the address that it reached', () => {
  const allowed = (host: string | undefined, own = names(), socket: object = plain): boolean =>
    own.hostAllowed({ headers: host === undefined ? {} : { host }, socket })
  for (const host of [
    '127.0.0.1:3002',
    'localhost',
    'LOCALHOST:3002',
    '[::1]:3002',
    '127.5.5.5:1',
    'panel-7.plant.example',
    'PANEL-7:3002',
    '10.0.0.5:3002',
  ]) {
    expect([host, allowed(host)]).toEqual([host, true])
  }
  for (const host of [
    'evil.example',
    'evil.example:3002',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'panel-7.plant.example.evil.example',
    'evil.example/@localhost',
    'localhost@evil.example',
    'evil.example#localhost',
    'evil.example?localhost',
    '',
    ':3002',
    '10.0.0.6',
    'plant.example',
    'a b',
    '*',
  ]) {
    expect([host, allowed(host)]).toEqual([host, false])
  }
  expect(allowed(undefined)).toBe(false)
  expect(allowed('[fe80::1]:3002', names(), encrypted)).toBe(true)
  expect(allowed('10.0.0.5', names(), {})).toBe(false)
  expect(allowed('panel.example:3002', names([], 'panel.example'))).toBe(true)
  expect(allowed('other.example', names(['other.example']))).toBe(true)
  expect(allowed('proxy.example', names(['https://proxy.example']))).toBe(true)
})

test('[L3] a page must come from this server, with scheme, name and port; a program has no origin', () => {
  const host = '127.0.0.1:3002'
  const allowed = (headers: IncomingHttpHeaders, own = names(), socket: object = plain): boolean =>
    own.originAllowed({ headers, socket })
  expect(allowed({ host })).toBe(true)
  expect(allowed({ host, origin: 'http://127.0.0.1:3002' })).toBe(true)
  expect(allowed({ host: 'LocalHost:3002', origin: 'http://localhost:3002' })).toBe(true)
  expect(allowed({ host: 'localhost:80', origin: 'http://localhost' })).toBe(true)
  expect(allowed({ host: 'localhost', origin: 'https://localhost' }, names(), encrypted)).toBe(true)
  for (const origin of [
    'http://127.0.0.1:3003',
    'http://127.0.0.1',
    'https://127.0.0.1:3002',
    'http://localhost:3002',
    'https://evil.example',
    'null',
    '',
    'file://',
  ]) {
    expect([origin, allowed({ host, origin })]).toEqual([origin, false])
  }
  expect(allowed({ host, origin: 'http://127.0.0.1:3002' }, names(), encrypted)).toBe(false)
  expect(allowed({ host, origin: 'https://proxy.example' }, names(['https://proxy.example']))).toBe(true)
  expect(allowed({ host, origin: 'https://proxy.example:8443' }, names(['https://proxy.example']))).toBe(false)
})

test('[L3] a browser that says that another site asks is believed; a link from there may be followed', () => {
  const foreign = (site: string, mode: string, isSafe: boolean): boolean =>
    names().isForeignPage(
      { headers: { host: 'localhost', 'sec-fetch-site': site, 'sec-fetch-mode': mode }, socket: plain },
      isSafe,
    )
  for (const site of ['cross-site', 'same-site']) {
    expect([site, foreign(site, 'no-cors', true)]).toEqual([site, true])
    expect([site, foreign(site, 'navigate', false)]).toEqual([site, true])
    expect([site, foreign(site, 'navigate', true)]).toEqual([site, false])
  }
  for (const site of ['same-origin', 'none']) expect([site, foreign(site, 'cors', false)]).toEqual([site, false])
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

import { describe, expect, test } from 'vitest'
import { auditChanges } from '../../../src/renderer/model/audit-change.ts'
import { auditQuery, NO_AUDIT_FILTER } from '../../../src/renderer/model/audit-filter.ts'
import { browserName } from '../../../src/renderer/model/browser-name.ts'

const LINUX = 'Mozilla/5.0 (X11; Linux x86_64)'

test.each([
  [`${LINUX} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`, 'Chrome · Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    'Edge · Windows',
  ],
  [`${LINUX} AppleWebKit/537.36 Andon/0.1.0 Chrome/140.0 Electron/45.0.0 Safari/537.36`, 'Electron · Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1', 'Safari · iPhone'],
  ['Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox · Android'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', '–'],
])('a browser %j is called %s', (agent, name) => {
  expect(browserName(agent)).toBe(name)
})

describe('what a row of the audit changed', () => {
  const text = (value: unknown) => JSON.stringify(value)

  test('is the fields that differ', () => {
    const old = text({ role: 'viewer', scope: null, disabled: false })
    const now = text({ role: 'operator', scope: { machines: ['press'], groups: [] }, disabled: false })
    expect(auditChanges({ old, new: now })).toEqual([
      { name: 'role', old: 'viewer', now: 'operator' },
      { name: 'scope', old: null, now: '{"machines":["press"],"groups":[]}' },
    ])
  })

  test('is everything where there was nothing before, or is nothing after', () => {
    expect(auditChanges({ old: null, new: text({ value: 5 }) })).toEqual([{ name: 'value', old: null, now: '5' }])
    expect(auditChanges({ old: text({ value: 5 }), new: null })).toEqual([{ name: 'value', old: '5', now: null }])
    expect(auditChanges({ old: null, new: null })).toEqual([])
  })

  test('is the text as it is, where it was cut or is no object', () => {
    expect(auditChanges({ old: null, new: '{"payload":"a…' })).toEqual([{ name: '', old: null, now: '{"payload":"a…' }])
    expect(auditChanges({ old: '"2026-01-01"', new: '"2026-01-02"' })).toEqual([
      { name: '', old: '2026-01-01', now: '2026-01-02' },
    ])
  })
})

test('the audit is asked for what the filter says, and for everything without one', () => {
  expect(auditQuery(NO_AUDIT_FILTER).toString()).toBe('')
  const query = auditQuery({ who: 'anna', outcome: 'not_done', text: ' x y ', from: 1, to: 2 })
  expect(query.toString()).toBe('who=anna&outcome=not_done&text=x+y&from=1&to=2')
})

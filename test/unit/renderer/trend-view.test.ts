import { expect, test } from 'vitest'
import {
  DEFAULT_VIEW,
  followed,
  panned,
  queryOfView,
  type TrendView,
  viewOfQuery,
  windowOf,
  zoomed,
} from '../../../src/renderer/model/trend-view.ts'

const NOW = 1_000_000_000

test('a view comes back from its address', () => {
  const view: TrendView = {
    tags: ['m/d/t', 'a%2Fb/d/t'],
    span: 90_000,
    to: NOW,
    compare: 3_600_000,
    marks: false,
    fit: true,
  }
  expect(viewOfQuery(queryOfView(view))).toEqual(view)
  expect(viewOfQuery(queryOfView(DEFAULT_VIEW))).toEqual(DEFAULT_VIEW)
})

test('an address that makes no sense shows what can be shown', () => {
  expect(viewOfQuery({ tag: ['m/d/t', 'nonsense', 'm/d/t', null], span: 'x', to: 'y', compare: '-5' })).toEqual({
    ...DEFAULT_VIEW,
    tags: ['m/d/t'],
  })
  expect(viewOfQuery({ span: '1e99', to: '1e99' })).toMatchObject({ to: null })
  expect(viewOfQuery({ tag: Array.from({ length: 40 }, (_, i) => `m/d/${i}`) }).tags).toHaveLength(12)
})

test('moving stops following, and moving to the present follows it again', () => {
  const view = { ...DEFAULT_VIEW, span: 10_000 }
  const back = panned(view, NOW, -0.5)
  expect(windowOf(back, NOW)).toEqual({ from: NOW - 15_000, to: NOW - 5_000 })
  expect(panned(back, NOW, 0.5).to).toBeNull()
  expect(followed(back, NOW, true).to).toBeNull()
  expect(followed(view, NOW, false).to).toBe(NOW)
})

test('zooming keeps what is under the finger, and the present where that is followed', () => {
  const view = { ...DEFAULT_VIEW, span: 100_000, to: NOW - 1_000_000 }
  const near = zoomed(view, NOW, 0.5, 0.25)
  const at = (of: TrendView, part: number): number => windowOf(of, NOW).from + part * of.span
  expect(at(near, 0.25)).toBe(at(view, 0.25))
  expect(zoomed(DEFAULT_VIEW, NOW, 2, 1)).toMatchObject({ to: null, span: DEFAULT_VIEW.span * 2 })
  expect(zoomed(view, NOW, 1e-9).span).toBe(2_000)
})

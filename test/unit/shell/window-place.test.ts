import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { broughtBack, placeBeside, placeOn, type WindowPlace } from '../../../src/main/shell/window-place.ts'

const place: WindowPlace = { x: 100, y: 50, width: 1280, height: 800, maximized: false }
const left = { x: -1920, y: 0, width: 1920, height: 1080 }
const main = { x: 0, y: 25, width: 1920, height: 1055 }

test.each([
  ['where it was', place, [main], place],
  ['on the display beside', { ...place, x: -1500 }, [main, left], { ...place, x: -1500 }],
  ['nowhere when that display is gone', { ...place, x: -1500 }, [main], null],
  ['nowhere when only a corner is seen', { ...place, x: 1900, y: 1050 }, [main], null],
  ['with its title within reach', { ...place, y: -200 }, [main], { ...place, y: 25 }],
  [
    'no larger than its display',
    { ...place, x: 0, width: 3000, height: 2000 },
    [main],
    { ...place, x: 0, width: 1920, height: 1055 },
  ],
  ['nowhere without a display', place, [], null],
])('it opens %s', (_, at, areas, expected) => {
  expect(placeOn(at, areas)).toEqual(expected)
})

test('a further window goes to a display without one, while there is such', () => {
  expect(placeBeside([place], [main, left])).toEqual({ x: -1600, y: 140, width: 1280, height: 800, maximized: false })
  expect(placeBeside([place, { ...place, x: -1500 }], [main, left])).toBeNull()
  expect(placeBeside([place], [main])).toBeNull()
  expect(placeBeside([place], [main, { x: 1920, y: 0, width: 800, height: 480 }])).toEqual({
    x: 1920,
    y: 0,
    width: 800,
    height: 480,
    maximized: false,
  })
})

test('a window whose display is gone comes back to the first one, any other stays', () => {
  expect(broughtBack({ ...place, x: -1500 }, [main])).toEqual({ x: 320, y: 152, width: 1280, height: 800 })
  expect(broughtBack({ ...place, x: -1500 }, [main, left])).toBeNull()
  expect(broughtBack(place, [main])).toBeNull()
  expect(broughtBack(place, [])).toBeNull()
})

test('wherever it was, what is opened can be seen and fits', () => {
  const number = (min: number, max: number) => fc.integer({ min, max })
  const places = fc.record({
    x: number(-9_000, 9_000),
    y: number(-9_000, 9_000),
    width: number(100, 9_000),
    height: number(100, 9_000),
    maximized: fc.boolean(),
  })
  fc.assert(
    fc.property(places, (at) => {
      const found = placeOn(at, [main, left])
      if (!found) return
      const seen = [main, left].some(
        (area) =>
          found.x < area.x + area.width &&
          found.x + found.width > area.x &&
          found.y >= area.y &&
          found.y < area.y + area.height,
      )
      expect([found.width <= 1920, found.height <= 1080, seen]).toEqual([true, true, true])
    }),
  )
})

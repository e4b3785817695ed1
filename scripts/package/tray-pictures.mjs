// The tray's pictures, by name: the panel's own, and over it the sign of what is wrong. Colour, shape and number say it
// together, as everywhere in the panel; what is no alarm has no colour.

/** Sizes by what their file's name ends with: Electron takes the one that fits the display. */
export const TRAY_SIZES = /** @type {const} */ ([
  ['', 16],
  ['@1.5x', 24],
  ['@2x', 32],
  ['@3x', 48],
])

/** Within 24 by 24: a shape, its fill, its number and where that stands. The same as in `priority-symbol.vue`. */
const SIGNS = /** @type {const} */ ([
  ['critical', '<rect x="2" y="2" width="20" height="20"', 'rgb(190 0 20)', '1', 18, 'white'],
  ['high', '<path d="M12 1 L23 22 H1 Z"', 'rgb(232 112 0)', '2', 20, 'black'],
  ['medium', '<path d="M12 23 L23 2 H1 Z"', 'rgb(250 212 0)', '3', 15, 'black'],
  ['low', '<circle cx="12" cy="12" r="10.5"', 'rgb(0 150 160)', '4', 17.5, 'black'],
  // Somebody has taken note: hollow, whatever the priority.
  ['acknowledged', '<rect x="2" y="2" width="20" height="20"', 'white', '✓', 18, 'black'],
  // No alarm: the grey of the panel, with a mark.
  ['trouble', '<rect x="2" y="2" width="20" height="20" rx="10"', 'rgb(219 219 219)', '?', 18, 'black'],
])

/** SVG by name. @param {string} svg the panel's picture, 32 by 32 @returns {Map<string, string>} */
export function trayPictures(svg) {
  const end = svg.lastIndexOf('</svg>')
  /** @param {string} sign */
  const withSign = (sign) => `${svg.slice(0, end)}${sign}</svg>`
  return new Map([
    ['quiet', svg],
    ...SIGNS.map(
      ([name, shape, fill, text, y, ink]) =>
        /** @type {const} */ ([
          name,
          withSign(
            `<g transform="translate(8 8)">${shape} fill="${fill}" stroke="black" stroke-width="1.5"/>` +
              `<text x="12" y="${y}" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="16" fill="${ink}">${text}</text></g>`,
          ),
        ]),
    ),
  ])
}

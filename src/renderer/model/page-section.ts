/** Pages that share one place in the navigation, which leads to the first of them. */
const SECTIONS = [
  ['events', 'logs'],
  ['panel', 'links', 'settings', 'about'],
  ['account', 'accounts', 'audit'],
] as const

export type SectionPage = (typeof SECTIONS)[number][number]

/** The pages beside which a page stands, itself among them; none where it stands alone. */
export function sectionOf(page: unknown): readonly SectionPage[] {
  return SECTIONS.find((pages) => pages.some((name) => name === page)) ?? []
}

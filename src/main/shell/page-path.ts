/** The overview. */
export const HOME_PAGE = '/'

const LONGEST = 2_000

/** A page of the panel by its path, the part of its address behind the `#`; null for anything else. */
export function pagePath(text: string): string | null {
  return text.length <= LONGEST && /^\/[^\s\p{Cc}]*$/u.test(text) ? text : null
}

/** The page in the address of a window; the overview where there is none. */
export function pageOf(url: string): string {
  return (URL.canParse(url) && pagePath(new URL(url).hash.slice(1))) || HOME_PAGE
}

/** The address of a page; `base` is the panel's own. */
export function pageUrl(base: string, page: string): string {
  return page === HOME_PAGE ? base : new URL(`#${page}`, base).href
}

// Hides the icons of a page from screen readers, those that are drawn later too.
export default function ({ parentElement }) {
  parentElement.closest("[data-testid=stElementContainer]")?.style.setProperty("display", "none");
  const hide = () => {
    for (const icon of document.querySelectorAll("[data-testid=stIconMaterial]:not([aria-hidden])"))
      icon.setAttribute("aria-hidden", "true");
  };
  const observer = new MutationObserver(hide);
  observer.observe(document.body, { childList: true, subtree: true });
  hide();
  return () => observer.disconnect();
}

const NAMESPACE = "http://www.w3.org/2000/svg";

/** A sheet of paper. */
export function fileIcon(): SVGElement {
  return icon("M6 3h8l4 4v14H6zM14 3v4h4");
}

/** A paper clip. */
export function clipIcon(): SVGElement {
  return icon(
    "M20 11.5l-7.8 7.8a5 5 0 0 1-7-7l8.4-8.5a3.3 3.3 0 0 1 4.7 4.7L10 17a1.7 1.7 0 0 1-2.4-2.4l7.2-7.2",
  );
}

function icon(d: string): SVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  const path = document.createElementNS(NAMESPACE, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

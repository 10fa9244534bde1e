package dev.parley.cli.markdown;

import dev.parley.cli.output.PlainText;
import dev.parley.cli.output.Table;
import dev.parley.cli.render.Styles;
import java.util.ArrayList;
import java.util.List;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Shows parsed Markdown as lines with styles, not broken to any width. Pure functions.
///
/// Line breaks within a paragraph stay: who writes to be read at a terminal means them. Text is
/// made harmless after parsing, for a character may be written as its number.
final class MarkdownLines {
  private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
  private static final AttributedStyle HEADING = PLAIN.bold().underline();
  private static final AttributedStyle CODE = PLAIN.foreground(73);
  private static final String CODE_INDENT = "    ";
  private static final String QUOTE = "│ ";
  private static final String BULLET = "• ";
  private static final String RULE = "─".repeat(20);

  /// Beyond that many lists in lists the indent grows no more.
  private static final int MAX_DEPTH = 8;

  private MarkdownLines() {}

  /// A block.
  static List<AttributedString> of(Node block) {
    return of(block, 0);
  }

  private static List<AttributedString> of(Node block, int depth) {
    return switch (block) {
      case Heading heading -> text(heading, HEADING);
      case FencedCodeBlock code -> code(code.getLiteral());
      case IndentedCodeBlock code -> code(code.getLiteral());
      case HtmlBlock html -> literal(html.getLiteral(), "", PLAIN);
      case ThematicBreak _ -> List.of(new AttributedString(RULE, Styles.DIM));
      case ListBlock list -> list(list, number(list), depth);
      case BlockQuote quote -> indented(blocks(quote, false, depth), QUOTE, QUOTE, Styles.DIM);
      case TableBlock table -> table(table);
      case LinkReferenceDefinition _ -> List.of();
      default -> text(block, PLAIN);
    };
  }

  private static List<AttributedString> blocks(Node parent, boolean tight, int depth) {
    List<AttributedString> lines = new ArrayList<>();
    for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
      List<AttributedString> more = of(child, depth);
      if (!tight && !lines.isEmpty() && !more.isEmpty()) {
        lines.add(AttributedString.EMPTY);
      }
      lines.addAll(more);
    }
    return lines;
  }

  // Lists.

  /// The number of a list's first item; 0: they have none.
  static int number(ListBlock list) {
    Integer first = list instanceof OrderedList ordered ? ordered.getMarkerStartNumber() : null;
    return first == null ? 0 : first;
  }

  /// A list.
  ///
  /// @param first the number of its first item, where it has numbers
  static List<AttributedString> list(ListBlock list, int first) {
    return list(list, first, 0);
  }

  private static List<AttributedString> list(ListBlock list, int first, int depth) {
    List<AttributedString> lines = new ArrayList<>();
    int number = first;
    for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
      if (!list.isTight() && !lines.isEmpty()) {
        lines.add(AttributedString.EMPTY);
      }
      lines.addAll(item(list, item, number, depth));
      number++;
    }
    return lines;
  }

  /// One item of a list.
  ///
  /// @param number what it has, where the list has numbers
  static List<AttributedString> item(ListBlock list, Node item, int number) {
    return item(list, item, number, 0);
  }

  private static List<AttributedString> item(ListBlock list, Node item, int number, int depth) {
    String mark = list instanceof OrderedList ? number + ". " : BULLET;
    String rest = depth < MAX_DEPTH ? " ".repeat(mark.length()) : "";
    List<AttributedString> lines = blocks(item, list.isTight(), depth + 1);
    return indented(
        lines.isEmpty() ? List.of(AttributedString.EMPTY) : lines, mark, rest, Styles.DIM);
  }

  private static List<AttributedString> indented(
      List<AttributedString> lines, String first, String rest, AttributedStyle style) {
    List<AttributedString> indented = new ArrayList<>(lines.size());
    for (AttributedString line : lines) {
      String before = indented.isEmpty() ? first : rest;
      indented.add(
          new AttributedStringBuilder().styled(style, before).append(line).toAttributedString());
    }
    return indented;
  }

  // Code, and what is shown as it is.

  private static List<AttributedString> code(String literal) {
    return literal(literal, CODE_INDENT, CODE);
  }

  private static List<AttributedString> literal(
      String literal, String indent, AttributedStyle style) {
    List<AttributedString> lines = new ArrayList<>();
    if (!literal.isEmpty()) {
      String text = literal.endsWith("\n") ? literal.substring(0, literal.length() - 1) : literal;
      for (String line : PlainText.text(text).split("\n", -1)) {
        lines.add(new AttributedString(indent + line, style));
      }
    }
    return lines;
  }

  // Tables.

  private static List<AttributedString> table(TableBlock table) {
    List<List<String>> rows = new ArrayList<>();
    for (Node part = table.getFirstChild(); part != null; part = part.getNext()) {
      for (Node row = part.getFirstChild(); row != null; row = row.getNext()) {
        if (row instanceof TableRow) {
          rows.add(cells(row));
        }
      }
    }
    if (rows.isEmpty()) {
      return List.of();
    }
    var columns = new Table(rows.getFirst().toArray(String[]::new));
    // The parser gives each row as many cells as the first has.
    rows.stream().skip(1).forEach(row -> columns.row(row.toArray()));
    List<AttributedString> lines = new ArrayList<>();
    for (String line : columns.lines()) {
      lines.add(new AttributedString(line, lines.isEmpty() ? PLAIN.bold() : PLAIN));
    }
    return lines;
  }

  private static List<String> cells(Node row) {
    List<String> cells = new ArrayList<>();
    for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNext()) {
      if (cell instanceof TableCell) {
        cells.add(
            String.join(" ", text(cell, PLAIN).stream().map(AttributedString::toString).toList()));
      }
    }
    return cells;
  }

  // Text.

  private static List<AttributedString> text(Node block, AttributedStyle style) {
    var line = new AttributedStringBuilder();
    inline(block, style, line);
    List<AttributedString> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= line.length(); i++) {
      if (i == line.length() || line.charAt(i) == '\n') {
        lines.add(line.subSequence(from, i));
        from = i + 1;
      }
    }
    return lines;
  }

  private static void inline(Node parent, AttributedStyle style, AttributedStringBuilder line) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
      switch (node) {
        case Text text -> line.styled(style, harmless(text.getLiteral()));
        case Code code -> line.styled(CODE, harmless(code.getLiteral()));
        case HtmlInline html -> line.styled(style, harmless(html.getLiteral()));
        case SoftLineBreak _ -> line.append('\n');
        case HardLineBreak _ -> line.append('\n');
        case Emphasis _ -> inline(node, style.italic(), line);
        case StrongEmphasis _ -> inline(node, style.bold(), line);
        case Link link -> link(link, link.getDestination(), style, line);
        case Image image -> link(image, image.getDestination(), style, line);
        default -> inline(node, style, line);
      }
    }
  }

  // A link cannot be followed here, so its address is told, unless it is the text.
  private static void link(
      Node node, String address, AttributedStyle style, AttributedStringBuilder line) {
    int before = line.length();
    inline(node, style.underline(), line);
    String text = line.subSequence(before, line.length()).toString();
    if (!text.equals(address)) {
      line.styled(Styles.DIM, " (" + harmless(address) + ")");
    }
  }

  private static String harmless(String text) {
    return PlainText.text(text).replace('\n', '␊');
  }
}

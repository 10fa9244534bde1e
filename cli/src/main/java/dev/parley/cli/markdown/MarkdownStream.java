package dev.parley.cli.markdown;

import java.util.ArrayList;
import java.util.List;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/// Renders Markdown that comes in pieces: what is finished as lines that change no more, and what
/// is not as it looks by now. Not thread-safe.
///
/// After each line that is complete everything but the last block is finished, for only that one
/// can go on (CommonMark 0.31, "Phase 1: block structure"); of a list everything but its last item,
/// of code every line. So the lines do not depend on how the text was cut in pieces. What is parsed
/// again with each line is short, therefore, and at most [#MAX_BLOCK_CHARS]; a block that is longer
/// is finished before its end. A reference to a link that is defined in another block is not
/// resolved, but shown as it was written.
public final class MarkdownStream {
  static final int MAX_BLOCK_CHARS = 32_768;

  private static final Parser PARSER =
      Parser.builder()
          .extensions(List.of(TablesExtension.create()))
          .includeSourceSpans(IncludeSourceSpans.BLOCKS)
          .build();

  /// What of the text is not finished; its last line may not be complete.
  private final StringBuilder rest = new StringBuilder();

  /// Whether anything was shown, from which what follows is to be set apart.
  private boolean begun;

  /// Whether `rest` begins with more of what was shown: an item of its list, or lines of its code.
  private boolean goesOn;

  /// Of a list that goes on: the number of its next item, and whether items are set apart.
  private int nextNumber;

  private boolean loose;

  /// Takes more of the text.
  ///
  /// @return the lines that are finished by that
  public List<AttributedString> add(String text) {
    List<AttributedString> finished = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      rest.append(text, from, end + 1);
      from = end + 1;
      settle(finished);
      bound(finished);
    }
    rest.append(text, from, text.length());
    bound(finished);
    return finished;
  }

  private void bound(List<AttributedString> finished) {
    if (rest.length() > MAX_BLOCK_CHARS) {
      finished.addAll(end());
    }
  }

  /// What is not finished, as it looks by now.
  public List<AttributedString> unfinished() {
    return render(PARSER.parse(rest.toString()), null);
  }

  /// Something else is shown next. What follows is a block of its own then, but in a list or in
  /// code, of which the last item or line is not finished by that.
  ///
  /// @return the lines that were not finished
  public List<AttributedString> settle() {
    return goesOn ? List.of() : end();
  }

  /// The text is at its end.
  ///
  /// @return the lines that were not finished
  public List<AttributedString> end() {
    List<AttributedString> lines = unfinished();
    begun |= !lines.isEmpty();
    goesOn = false;
    rest.setLength(0);
    return lines;
  }

  /// After a complete line.
  private void settle(List<AttributedString> finished) {
    String text = rest.toString();
    Node document = PARSER.parse(text);
    Node last = document.getLastChild();
    if (last == null) {
      return;
    }
    if (isOver(last, text)) {
      finish(render(document, null), finished);
      goesOn = false;
      rest.setLength(0);
      return;
    }
    if (last != document.getFirstChild()) {
      finish(render(document, last), finished);
      goesOn = false;
    }
    if (last instanceof ListBlock list) {
      rest.delete(0, start(settleItems(list, finished), text));
    } else {
      rest.delete(0, start(last, text));
    }
    if (last instanceof FencedCodeBlock code) {
      settleCode(code, finished);
    }
  }

  private void finish(List<AttributedString> lines, List<AttributedString> finished) {
    finished.addAll(lines);
    begun |= !lines.isEmpty();
  }

  /// Whether nothing that follows can belong to the block any more.
  private static boolean isOver(Node last, String text) {
    boolean blank = text.endsWith("\n\n");
    return switch (last) {
      case Heading _ -> true;
      case ThematicBreak _ -> true;
      case FencedCodeBlock code -> code.getClosingFenceLength() != null;
      case Paragraph _ -> blank;
      case BlockQuote _ -> blank;
      case TableBlock _ -> blank;
      default -> false;
    };
  }

  /// All items but the last.
  ///
  /// @return the last
  private Node settleItems(ListBlock list, List<AttributedString> finished) {
    int number = goesOn ? nextNumber : MarkdownLines.number(list);
    Node item = list.getFirstChild();
    for (Node next = item.getNext(); next != null; next = item.getNext()) {
      if (goesOn ? loose : begun) {
        finished.add(AttributedString.EMPTY);
      }
      finish(MarkdownLines.item(list, item, number), finished);
      number++;
      goesOn = true;
      loose = !list.isTight();
      item = next;
    }
    nextNumber = number;
    return item;
  }

  /// All lines that are complete: the text goes on as code that begins anew.
  private void settleCode(FencedCodeBlock code, List<AttributedString> finished) {
    if (code.getLiteral().isEmpty()) {
      return;
    }
    if (begun && !goesOn) {
      finished.add(AttributedString.EMPTY);
    }
    finish(MarkdownLines.of(code), finished);
    goesOn = true;
    rest.setLength(rest.indexOf("\n") + 1);
  }

  /// @param before null: all blocks, else those before this one
  private List<AttributedString> render(Node document, @Nullable Node before) {
    List<AttributedString> lines = new ArrayList<>();
    for (Node block = document.getFirstChild();
        block != null && block != before;
        block = block.getNext()) {
      boolean continued = goesOn && block == document.getFirstChild();
      List<AttributedString> more =
          continued && block instanceof ListBlock list
              ? MarkdownLines.list(list, nextNumber)
              : MarkdownLines.of(block);
      boolean apart = continued ? loose && block instanceof ListBlock : begun || !lines.isEmpty();
      if (apart && !more.isEmpty()) {
        lines.add(AttributedString.EMPTY);
      }
      lines.addAll(more);
    }
    return lines;
  }

  /// Where the first line of a block begins.
  private static int start(Node block, String text) {
    SourceSpan first = block.getSourceSpans().getFirst();
    return text.lastIndexOf('\n', first.getInputIndex() - 1) + 1;
  }
}

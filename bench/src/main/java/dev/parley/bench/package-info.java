/// `parley bench`: measures a server under load and checks its promises meanwhile.
@NullMarked
package dev.parley.bench;

import org.jspecify.annotations.NullMarked;

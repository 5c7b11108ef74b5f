/** Whether comparisons of whole stacks claim differences that are there, and none that are not. */
@NullMarked
package dev.vllmjunit.differences;

import org.jspecify.annotations.NullMarked;

package dev.vllmjunit.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import org.knowm.xchart.style.markers.Marker;

/** A white mark with a dark outline, visible on bars of any colour: a circle, or a diamond for the tail. */
final class PercentileMark extends Marker {

    private static final double RADIUS = 6;

    private final boolean diamond;

    PercentileMark(boolean diamond) {
        this.diamond = diamond;
    }

    @Override
    public void paint(Graphics2D graphics, double x, double y, int size) {
        Shape shape = diamond ? diamond(x, y) : new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS);
        graphics.setColor(Color.WHITE);
        graphics.fill(shape);
        graphics.setColor(Palette.INK);
        graphics.setStroke(new BasicStroke(2));
        graphics.draw(shape);
    }

    private static Shape diamond(double x, double y) {
        double reach = RADIUS * 1.25;
        Path2D path = new Path2D.Double();
        path.moveTo(x - reach, y);
        path.lineTo(x, y - reach);
        path.lineTo(x + reach, y);
        path.lineTo(x, y + reach);
        path.closePath();
        return path;
    }
}
